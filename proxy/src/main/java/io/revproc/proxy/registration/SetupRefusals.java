package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.revproc.proxy.access.AddressKey;
import io.revproc.proxy.access.AddressRates;
import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses setups: counts them, says why in log and record, so many a second, and gives a peer that goes on only so many answers.
 * Thread-safe.
 */
final class SetupRefusals {
    private static final Logger log = LoggerFactory.getLogger(SetupRefusals.class);

    /** The only sentence for a refused peer that did not show who it is. The log has the reason, for operators. */
    private static final String REFUSAL = "This registration is not allowed; the proxy's log says why";
    /** The number of refusals that an address gets at once, and per second; further setups get no answer. */
    private static final int AT_ONCE = 20;
    private static final int PER_SECOND = 2;
    private static final int MAX_ADDRESSES = 10_000;

    private final LineLimit lines;
    private final AddressRates peers;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private volatile AuditTrail trail = AuditTrail.NONE;

    SetupRefusals(LongSupplier nanoClock) {
        lines = new LineLimit(nanoClock);
        peers = new AddressRates(PER_SECOND, AT_ONCE, MAX_ADDRESSES, nanoClock);
    }

    void recordedBy(AuditTrail audit) {
        trail = audit;
    }

    /** Setups refused since the start, malformed ones included. */
    long refused() {
        return refused.get();
    }

    /** Setups since the start that have to wait, since a live server has their place. */
    long taken() {
        return taken.get();
    }

    /** Returns how many addresses that were refused are remembered. */
    int addresses() {
        return peers.addresses();
    }

    /** Refuses without saying why. */
    Answer notAllowed(InetAddress peer, Message.Setup setup, String reason) {
        return notAllowed(peer, setup, reason, ErrorCode.NOT_ALLOWED, null);
    }

    /** @param sentence what the peer hears; null: not why */
    Answer notAllowed(InetAddress peer, Message.Setup setup, String reason, ErrorCode code,
            @Nullable String sentence) {
        count(peer, setup, reason);
        return peers.take(AddressKey.of(peer))
                ? Answer.refused(code, sentence == null ? REFUSAL : sentence)
                : Answer.NONE_ANY_MORE;
    }

    /** The table, or the grant, has as many servers as it may. */
    Answer full(InetAddress peer, Message.Setup setup, String reason, String sentence) {
        count(peer, setup, reason);
        return Answer.refused(ErrorCode.NOT_ALLOWED, sentence);
    }

    /** A setup that was entered and could not stay. */
    Answer tooLate(InetAddress peer, Message.Setup setup, String reason, String sentence) {
        count(peer, setup, reason);
        return Answer.refused(ErrorCode.OVERLOADED, sentence);
    }

    Answer taken(InetAddress peer, Message.Setup setup, String by) {
        taken.getAndIncrement();
        say(peer, name(setup), "id-taken");
        return Answer.refused(ErrorCode.ID_TAKEN, "A live server at " + by
                + " has this policy and id. Register again soon: the place is free once its lease is lost");
    }

    /** A message that was to be a setup and can't be read as one: answered elsewhere, but not without a trace. */
    void malformed(InetAddress peer, String sentence) {
        refused.getAndIncrement();
        say(peer, "(unknown)", "malformed: " + sentence);
    }

    /** New evidence on a session was not taken: the lease ends with the evidence before. */
    void evidence(Endpoint endpoint, String reason) {
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=evidence_refused server={} reason={} unlogged={}", LogValue.of(endpoint.spec().name()),
                    LogValue.of(reason), others);
        }
    }

    /** A proxy took this listener for a server's data port. */
    Answer loop(InetAddress peer) {
        long others = lines.next();
        if (others >= 0) {
            log.warn(
                    "event=loop_refused peer={} reason=\"a proxy took this listener for a server's data port\" unlogged={}",
                    peer.getHostAddress(), others);
        }
        return Answer.refused(ErrorCode.NOT_ALLOWED,
                "This is a reverse proxy's listener and no server's data port; somebody registered its port");
    }

    private void count(InetAddress peer, Message.Setup setup, String reason) {
        refused.getAndIncrement();
        say(peer, name(setup), reason);
    }

    private static String name(Message.Setup setup) {
        return setup.policy() + "/" + setup.id();
    }

    private void say(InetAddress peer, String server, String reason) {
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=registration_refused peer={} server={} reason={} unlogged={}",
                    peer.getHostAddress(), LogValue.of(server), LogValue.of(reason),
                    others);
            trail.note("setup-refused", peer.getHostAddress(), server,
                    others == 0 ? reason : reason + ", and " + others + " more");
        }
    }
}
