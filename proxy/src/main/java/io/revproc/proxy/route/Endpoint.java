package io.revproc.proxy.route;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A server registered for one policy: an entry of the switch table. Only the switch table makes and changes
 * entries; their counters are written by whoever forwards. Thread-safe.
 */
public final class Endpoint {
    /** The rank of an entry that has none: behind those that have one. */
    public static final long UNRANKED = Long.MAX_VALUE;
    private static final long NO_TRIAL = Long.MAX_VALUE;

    private final EndpointSpec spec;
    private final Instant registeredAt;
    private final Places inFlight;
    private final PerLoop<ServerTally> tallies = new PerLoop<>(ServerTally::new);
    /** When a trial is due, on the scale of {@link System#nanoTime()}. */
    private final AtomicLong trialAt = new AtomicLong(NO_TRIAL);
    /** Whether the trial may cost the message that makes it. */
    private volatile boolean trialIsCostly;
    private volatile EndpointState state;
    private volatile @Nullable String bar;
    private volatile @Nullable String revoked;
    private volatile List<String> widens = List.of();
    /** The loads of its own policy and of others that it may serve; null: only its own policy. */
    private volatile PolicyLoad @Nullable [] sharers;
    private volatile long setupNanos;
    private volatile long rank = UNRANKED;

    /** @param setupNanos when the last setup came, on the scale of {@link System#nanoTime()} */
    Endpoint(EndpointSpec spec, EndpointState state, Instant registeredAt, long setupNanos) {
        this.spec = spec;
        this.inFlight = new Places(spec.maxInFlight());
        this.state = state;
        this.registeredAt = registeredAt;
        this.setupNanos = setupNanos;
    }

    public EndpointSpec spec() {
        return spec;
    }

    public EndpointState state() {
        return state;
    }

    /** Returns whether messages may be given to it now. */
    public boolean selectable() {
        return bar == null && state.selectable();
    }

    /** Returns whether it may be tried with one real message once its back-off is over. */
    public boolean onTrial() {
        return bar == null && state.onTrial();
    }

    /**
     * Returns whether a message that has a place here, and was not sent yet, may still be sent: the server is at its address, no rule bars
     * it, and no operator has taken it out. One that drains has counted the message, and still gets it.
     */
    public boolean mayBeSent() {
        EndpointState now = state;
        return bar == null && now.isPresent() && now.mode() != EndpointState.Mode.MAINTENANCE;
    }

    public Instant registeredAt() {
        return registeredAt;
    }

    /** Returns when the last setup came, on the scale of {@link System#nanoTime()}. */
    public long setupNanos() {
        return setupNanos;
    }

    /** Returns why no message may go here whatever its state, as {@link EntryRule} has it; null if messages may. */
    public @Nullable String bar() {
        return bar;
    }

    /** For {@link TableEdit}. */
    void bar(@Nullable String objection) {
        bar = objection;
    }

    /** Returns why what it registered by is over, until it registers anew; null if nothing says so. It is barred then. */
    public @Nullable String revoked() {
        return revoked;
    }

    /** For {@link TableEdit}. */
    void revoked(@Nullable String why) {
        revoked = why;
    }

    /** Returns the wider policies whose messages may go here too, as {@link EntryRule} has it; those of the newest snapshot, or newer. */
    public List<String> widens() {
        return widens;
    }

    /** For {@link TableEdit}. */
    void widens(List<String> policies) {
        widens = policies;
    }

    /** For {@link TableEdit}: whose messages may wait for a place here, where these are not only its own policy's. */
    void sharedBy(PolicyLoad[] loads) {
        sharers = loads;
    }

    /** Returns whether messages of any other policy that it may serve wait. For {@link Permit}. */
    boolean othersWait() {
        PolicyLoad[] loads = sharers;
        if (loads != null) {
            for (PolicyLoad load : loads) {
                if (load.waiting() > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** For {@link TableEdit}, the only writer. */
    void state(EndpointState next) {
        state = next;
    }

    /** For {@link TableEdit}: the same server was set up again. */
    void renewed(EndpointState next, long nanos) {
        setupNanos = nanos;
        trialAt.set(NO_TRIAL);
        state = next;
    }

    /** Returns its place among the servers of its policy; {@link #UNRANKED} where the order of arrival is all there is. */
    public long rank() {
        return rank;
    }

    /** For {@link TableEdit}. */
    void rank(long place) {
        rank = place;
    }

    /** Returns how many messages the server has and has not answered. */
    public int inFlight() {
        return inFlight.taken();
    }

    /** Returns whether it may have one more message now. */
    public boolean hasRoom() {
        return inFlight.free();
    }

    /** Counts one more message in flight, unless the server is at its limit. For {@link Permit}. */
    boolean enter() {
        return inFlight.take();
    }

    /** Returns how many are left. For {@link Permit}. */
    int leave() {
        return inFlight.giveBack();
    }

    /** Returns what the event loop of this number, from 0, counts here. */
    public ServerTally tally(int loop) {
        return tallies.of(loop);
    }

    List<ServerTally> tallies() {
        return tallies.all();
    }

    /** Messages answered since the entry exists. */
    public long forwarded() {
        return sum(ServerTally.ANSWERED);
    }

    /** Messages that failed here since the entry exists: it broke off, or did not answer in time. */
    public long failed() {
        return sum(ServerTally.BROKEN) + sum(ServerTally.TIMED_OUT);
    }

    /** Returns a count that grows with everything that is counted here: while it stays the same nothing else has changed. */
    public long ended() {
        long ended = 0;
        for (ServerTally tally : tallies.all()) {
            ended += tally.ended();
        }
        return ended;
    }

    /** Returns how long the server took, from handing over to the answer. */
    public Durations durations() {
        return Durations.of(tallies.all().stream().map(ServerTally::durations).toList());
    }

    private long sum(int count) {
        long sum = 0;
        for (ServerTally tally : tallies.all()) {
            sum += tally.get(count);
        }
        return sum;
    }

    /** Lets one message try the server from this moment on. */
    public void trialAt(long nanos) {
        trialAt.set(nanos);
    }

    /**
     * The same.
     *
     * @param costly whether the server failed a message that it had: the trial may cost another one. False where no connection
     *               could be had, and the message went elsewhere
     */
    public void trialAt(long nanos, boolean costly) {
        trialIsCostly = costly;
        trialAt.set(nanos);
    }

    /** Returns whether the next trial may cost the message that makes it. */
    public boolean trialIsCostly() {
        return trialIsCostly;
    }

    /** Returns whether a trial may be made now. */
    public boolean trialIsDue(long now) {
        long due = trialAt.get();
        return due != NO_TRIAL && now - due >= 0;
    }

    /**
     * Takes the trial that is due, so that only one message makes it.
     *
     * @param next when the following trial is due should this one never end
     * @return whether the caller has the trial
     */
    public boolean claimTrial(long now, long next) {
        long due = trialAt.get();
        return due != NO_TRIAL && now - due >= 0 && trialAt.compareAndSet(due, next);
    }

    @Override
    public String toString() {
        return spec.name() + "@" + HostPort.text(spec.host(), spec.port());
    }
}
