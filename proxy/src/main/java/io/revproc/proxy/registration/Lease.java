package io.revproc.proxy.registration;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import org.jspecify.annotations.Nullable;

/** One server's session for one policy. What becomes of it is {@link LeaseTable}'s to write, under its lock. */
final class Lease {
    private final String id;
    private final Endpoint endpoint;
    private final @Nullable RegistrationSession session;
    private volatile @Nullable Applicant who;
    private final boolean wider;
    /** When it expires, or when its grace is over; by {@link LeaseTable}. */
    volatile long dueAt;
    private volatile boolean answered;
    /** Whether the server was told last that it is in maintenance. */
    private final AtomicBoolean toldMaintenance = new AtomicBoolean();
    private final AtomicBoolean toldToRenew = new AtomicBoolean();

    /**
     * @param session null for an entry that was read back from a store and waits for its server
     * @param who     as whom the server registered; null with no session
     * @param wider   whether the server takes messages of wider policies
     */
    Lease(String id, Endpoint endpoint, @Nullable RegistrationSession session, @Nullable Applicant who,
            boolean wider) {
        this.id = id;
        this.endpoint = endpoint;
        this.session = session;
        this.who = who;
        this.wider = wider;
    }

    /** A lease that nobody asked the rules about. */
    Lease(String id, Endpoint endpoint, @Nullable RegistrationSession session) {
        this(id, endpoint, session, null, false);
    }

    String id() {
        return id;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Nullable
    RegistrationSession session() {
        return session;
    }

    @Nullable
    Applicant who() {
        return who;
    }

    /** Returns whether the entry is still this lease's, and not lost. */
    boolean current() {
        EndpointState state = endpoint.state();
        return id.equals(state.lease()) && state.liveness() != Liveness.LOST && state.liveness() != Liveness.REMOVED;
    }

    /** Notes that the server gets its answer: from now on it may be told more. */
    void answered() {
        answered = true;
    }

    /** Notes what the server is told of its maintenance; returns whether it is news to a server that has its lease. */
    boolean tells(boolean maintenance) {
        return answered && toldMaintenance.getAndSet(maintenance) != maintenance;
    }

    /** From now on it is by this evidence that the server has it. */
    void proves(Applicant renewed) {
        who = renewed;
    }

    /** Returns when the evidence ends by which the server has it; null if it needs none. */
    @Nullable
    Instant evidenceEnd() {
        Applicant holder = who;
        Evidence evidence = holder == null ? null : holder.evidence();
        return evidence == null ? null : evidence.end();
    }

    /** Returns whether the server takes messages of wider policies, and knows by its answer which. */
    boolean wider() {
        return wider;
    }

    /** Notes that the server is told to set up again; returns whether it was not told before, and has its answer. */
    boolean tellsToRenew() {
        return answered && !toldToRenew.getAndSet(true);
    }

    /** Leaves out the lease's id, which is a secret between the server and the proxy. */
    @Override
    public String toString() {
        return "Lease[" + endpoint + "]";
    }
}
