package io.revproc.policyserver;

import org.springframework.boot.logging.DeferredLogFactory;

/** Stops the server's start if a setting is wrong. */
final class SettingsCheck extends io.revproc.start.SettingsCheck {
    SettingsCheck(DeferredLogFactory logs) {
        super(logs, new StartFailures());
    }
}
