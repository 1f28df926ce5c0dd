package io.revproc.proxy.forward;

import java.time.Duration;

import io.revproc.proxy.tls.ForwardTlsSettings;
import io.revproc.proxy.tls.TlsEngine;

/** Settings for tests: a deadline of 10 s, 30 s at most, and small limits. */
final class TestSettings {
    private TestSettings() {}

    /** Messages may wait for as long as their deadline, and stay at servers that lose their grants. */
    static ForwardSettings of(int retryBudget) {
        return of(retryBudget, Duration.ofSeconds(10), InFlightWithoutGrant.FINISH);
    }

    static ForwardSettings of(int retryBudget, Duration queueTimeout, InFlightWithoutGrant without) {
        return new ForwardSettings(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMillis(700), 100, 1, 1024,
                queueTimeout, retryBudget, without, new ForwardTlsSettings(null, true, false, TlsEngine.AUTO));
    }
}
