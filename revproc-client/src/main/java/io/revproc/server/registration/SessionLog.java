package io.revproc.server.registration;

import java.time.Duration;
import java.util.Locale;

import io.revproc.client.connect.Printable;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.server.registration.SessionState.Again;
import io.revproc.server.registration.SessionState.Draining;
import io.revproc.server.registration.SessionState.Ended;
import io.revproc.server.registration.SessionState.Leaving;
import io.revproc.server.registration.SessionState.Registered;
import io.revproc.server.registration.SessionState.Waiting;
import io.revproc.wire.Ident;
import io.revproc.wire.Message.HeartbeatSeen;
import io.revproc.wire.Message.Notice;
import io.revproc.wire.Message.SetupAccepted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line per thing that happens to a registration, and not a line per attempt: a proxy that is away for an hour costs a
 * dozen lines.
 */
final class SessionLog {
    private static final Logger log = LoggerFactory.getLogger(SessionLog.class);
    private static final int MAX_REASON = 300;

    private final Ident policy;
    private String lastReason = "";

    SessionLog(Ident policy) {
        this.policy = policy;
    }

    /**
     * @param now      the clock that the states are written in
     * @param answered whether the proxy has said anything on this connection
     */
    void changed(SessionState before, SessionState after, ProxyAddress proxy, long now, boolean answered) {
        switch (after) {
            case Registered registered when !(before instanceof Registered) ->
                registered(registered.session(), proxy, answered);
            case Waiting waiting -> waiting(before, waiting, proxy, Duration.ofNanos(waiting.alarmAt() - now));
            case Again again -> waiting(before, new Waiting(again.failures(), false, again.reason(), again.alarmAt()),
                    proxy, Duration.ofNanos(again.alarmAt() - now));
            case Ended _ when before instanceof Draining || before instanceof Leaving ->
                log.info("event=deregistered policy={} proxy={}", policy, proxy);
            default -> {
            }
        }
    }

    void notice(Notice.Event event, ProxyAddress proxy) {
        log.info("event=notice policy={} proxy={} what={}", policy, proxy, event.name().toLowerCase(Locale.ROOT));
    }

    void evidence(String answer, ProxyAddress proxy) {
        if (answer.equals(HeartbeatSeen.RENEWED)) {
            log.info("event=evidence_renewed policy={} proxy={}", policy, proxy);
        } else {
            log.warn("event=evidence_refused policy={} proxy={}", policy, proxy);
        }
    }

    private void registered(SetupAccepted.@Nullable Session session, ProxyAddress proxy, boolean answered) {
        lastReason = "";
        if (session == null) {
            log.info("event=registered policy={} proxy={} proto=1{}", policy, proxy, answered ? "" : " answer=none");
        } else {
            log.info("event=registered policy={} proxy={} proto=2 heartbeat={}ms ttl={}ms", policy, proxy,
                    session.heartbeat().toMillis(), session.ttl().toMillis());
        }
    }

    private void waiting(SessionState before, Waiting waiting, ProxyAddress proxy, Duration delay) {
        boolean same = waiting.reason().equals(lastReason);
        lastReason = waiting.reason();
        // the proxy's own words may be in it
        String reason = Printable.text(lastReason.length() > MAX_REASON
                ? lastReason.substring(0, MAX_REASON)
                : lastReason);
        if (waiting.refused()) {
            if (!same) {
                log.error("event=registration_refused policy={} proxy={} reason=\"{}\" retry-in={}ms", policy, proxy,
                        reason,
                        delay.toMillis());
            }
        } else if (before instanceof Registered) {
            log.warn("event=registration_lost policy={} proxy={} reason=\"{}\" retry-in={}ms", policy, proxy, reason,
                    delay.toMillis());
        } else if (!same || Integer.bitCount(waiting.failures()) == 1) {
            log.warn("event=registration_failed policy={} proxy={} attempt={} reason=\"{}\" retry-in={}ms", policy,
                    proxy,
                    waiting.failures(), reason, delay.toMillis());
        }
    }
}
