package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes servers that are admitted into the switch table, one after another, and settles whose an address is. Thread-safe. */
final class Setups {
    private static final Logger log = LoggerFactory.getLogger(Setups.class);
    private static final String NOT_SETTLED = "The proxies that share this table can't be told now that this address has "
            + "a new owner; register again soon";
    private static final String GONE = "This setup took too long, or another one took its place meanwhile; register again soon";

    private final SwitchTable table;
    private final LeaseKeeper keeper;
    private final SetupRefusals refusals;
    private final TableLimits limits;
    private final Supplier<String> leaseIds;
    private final BiFunction<RegistrationSession, @Nullable Lease, Answer> accepted;
    /** The newest setup at each address whose answer waits; guarded by this object's monitor, as all that follows. */
    private final Map<InetSocketAddress, Claim> unsettled = new HashMap<>();

    /** @param accepted makes the answer to a server that is in, with its lease if it holds one */
    Setups(SwitchTable table, LeaseKeeper keeper, SetupRefusals refusals, TableLimits limits,
            Supplier<String> leaseIds, BiFunction<RegistrationSession, @Nullable Lease, Answer> accepted) {
        this.table = table;
        this.keeper = keeper;
        this.refusals = refusals;
        this.limits = limits;
        this.leaseIds = leaseIds;
        this.accepted = accepted;
    }

    /**
     * The result of a setup.
     *
     * @param unsettled who is at an address that it took from others, if the answer has to wait until that is settled
     * @param answer    makes the answer, given whether it was settled
     */
    record Outcome(@Nullable Endpoint unsettled, Function<Boolean, Answer> answer) {}

    /**
     * A setup that is admitted.
     *
     * @param allowed by which right
     */
    record Admitted(RegistrationSession session, Message.Setup setup, EndpointSpec spec, Decision.Allowed allowed) {
        int maxServers() {
            return allowed.maxServers();
        }

        InetAddress peer() {
            return session.peer().address();
        }
    }

    /** One setup that took an address from others. Of several for one address the newest counts. */
    private static final class Claim {
        private final List<InetSocketAddress> places = new ArrayList<>(2);
    }

    /** @param took whether others gave way */
    private record Entered(boolean took, Endpoint endpoint) {}

    /**
     * Refuses a setup of somebody who is admitted. It says all the same that another program is at that address and port now: who
     * was there and holds no lease, by which a server could tell, gets no more messages there.
     */
    Outcome refused(EndpointSpec spec, Answer refusal) {
        return new Outcome(table.vacate(spec).orElse(null), settled -> refusal);
    }

    synchronized Outcome enter(Admitted admitted) {
        EndpointSpec spec = admitted.spec();
        RegistrationSession session = admitted.session();
        @Nullable
        String id = spec.proto() == 1 ? null : leaseIds.get();
        Endpoint old = table.find(spec.policy(), spec.id());
        if (old != null && notTheirs(old, spec)) {
            return refused(spec, refusals.notAllowed(admitted.peer(), admitted.setup(), "id-of-another-grant"));
        }
        if (grantIsFull(admitted, old)) {
            return refused(spec, refusals.full(admitted.peer(), admitted.setup(), "grant-full", "The grant '"
                    + spec.owner() + "' is for " + admitted.maxServers() + " servers, and has them"));
        }
        boolean took = false;
        if (old == null && limits.problem(spec, table.routes()) != null) {
            Optional<Endpoint> newcomer = table.vacate(spec);
            String full = limits.problem(spec, table.routes());
            if (full != null) {
                Answer refusal = refusals.full(admitted.peer(), admitted.setup(), "table-full", full);
                return new Outcome(newcomer.orElse(null), settled -> refusal);
            }
            took = newcomer.isPresent();
        }
        String oldLease = old == null ? null : old.state().lease();
        boolean drained = old != null && old.state().mode() == Mode.DRAINING;
        // At once: a live server may just have come by way of another proxy.
        Entered entered = table.edit(edit -> {
            Endpoint there = edit.find(spec.policy(), spec.id());
            return there != null && livesElsewhere(there, spec)
                    ? new Entered(false, there)
                    : new Entered(!edit.rivals(spec).isEmpty(), edit.register(spec, id));
        }, Origin.HERE);
        Endpoint endpoint = entered.endpoint();
        if (livesElsewhere(endpoint, spec)) {
            return refused(spec,
                    refusals.taken(admitted.peer(), admitted.setup(),
                            HostPort.text(endpoint.spec().address(), endpoint.spec().port())));
        }
        keeper.forget(oldLease);
        if (drained) {
            log.info("event=drain_ended server={} reason=registered-anew", LogValue.of(spec.name()));
        }
        Lease lease = id == null
                ? null
                : new Lease(id, endpoint, session,
                        admitted.session().peer().applying(admitted.setup()).proving(admitted.allowed().evidence()),
                        admitted.setup().statement().wider());
        if (lease != null) {
            session.hold(lease);
            keeper.grant(lease);
        }
        String bar = endpoint.bar();
        if (bar != null) {
            // The rules were replaced since it was asked for.
            withdraw(endpoint, lease);
            return refused(spec,
                    refusals.notAllowed(admitted.peer(), admitted.setup(), "barred", ErrorCode.NOT_ALLOWED, bar));
        }
        log.info("event=registered server={} address={} port={} proto={}", LogValue.of(spec.name()), spec.host(),
                spec.port(), spec.proto());
        // What it left is another's to take next, and that one will find nobody there.
        EndpointSpec left = old != null && old.spec().proto() == 1 && !place(old.spec()).equals(place(spec))
                ? old.spec()
                : null;
        if (!took && !entered.took() && left == null && !unsettled.containsKey(place(spec))) {
            return new Outcome(null, settled -> accepted.apply(session, lease));
        }
        Claim claim = new Claim();
        claim.places.add(place(spec));
        if (left != null) {
            claim.places.add(place(left));
        }
        claim.places.forEach(place -> unsettled.put(place, claim));
        return new Outcome(endpoint, settled -> settled(admitted, endpoint, lease, claim, settled));
    }

    private boolean grantIsFull(Admitted admitted, @Nullable Endpoint old) {
        String grant = admitted.spec().owner();
        boolean replaces = old != null && grant != null && grant.equals(old.spec().owner());
        return grant != null && admitted.maxServers() > 0 && !replaces && limits.of(grant) >= admitted.maxServers();
    }

    private static InetSocketAddress place(EndpointSpec spec) {
        return new InetSocketAddress(spec.address(), spec.port());
    }

    /** The answer that waited. The entry may have gone meanwhile, or belong to a later setup of the same server. */
    private Answer settled(Admitted admitted, Endpoint endpoint, @Nullable Lease lease, Claim claim,
            boolean settled) {
        synchronized (this) {
            boolean newest = unsettled.get(place(endpoint.spec())) == claim;
            claim.places.forEach(place -> unsettled.remove(place, claim));
            boolean held = lease == null
                    ? endpoint.state().lease() == null && endpoint.state().isPresent()
                    : keeper.renew(lease.id(), admitted.session()) != null;
            if (settled && held) {
                table.answered(endpoint);
                return accepted.apply(admitted.session(), lease);
            }
            if (held && newest) {
                withdraw(endpoint, lease);
            }
        }
        return refusals.tooLate(admitted.peer(), admitted.setup(),
                settled ? "gone-before-it-was-settled" : "not-settled", settled ? GONE : NOT_SETTLED);
    }

    /** Takes an entry out again; that it is in maintenance is remembered. */
    private void withdraw(Endpoint endpoint, @Nullable Lease lease) {
        if (endpoint.state().mode() == Mode.MAINTENANCE) {
            if (lease == null) {
                table.update(endpoint, state -> new EndpointState(state.mode(), Liveness.LOST, null));
            } else {
                keeper.lose(List.of(lease), "not-settled");
            }
            return;
        }
        String id = lease == null ? null : lease.id();
        if (lease != null) {
            keeper.end(lease);
        }
        table.remove(endpoint, state -> Objects.equals(id, state.lease()));
    }

    /**
     * Returns whether the place is a living server's: its lease lives, here or at another proxy, and it is not the one that asks. A Part
     * 1 server holds no lease that could say so.
     */
    private static boolean livesElsewhere(Endpoint old, EndpointSpec spec) {
        EndpointState state = old.state();
        boolean leased = state.lease() != null && state.liveness() != Liveness.LOST
                && state.liveness() != Liveness.REMOVED;
        return leased && !(old.spec().address().equals(spec.address()) && old.spec().port() == spec.port());
    }

    /** Returns where nobody owned the id, whoever is admitted may have it. */
    private static boolean notTheirs(Endpoint old, EndpointSpec spec) {
        String owner = old.spec().owner();
        return owner != null && spec.owner() != null && !owner.equals(spec.owner());
    }
}
