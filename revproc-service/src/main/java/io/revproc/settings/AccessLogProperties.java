package io.revproc.settings;

import io.revproc.proxy.accesslog.AccessLogSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A line for each message, by the logger {@code io.revproc.access}. Payloads are never in it.
 *
 * @param enabled   whether each message gets a line in the access log. A line costs about as much processor time as
 *                  forwarding its message
 * @param share     the share of the answered messages that get a line, in percent. Refused and failed messages always get
 *                  one
 */
@ConfigurationProperties("revproc.access-log")
public record AccessLogProperties(@DefaultValue("false") boolean enabled,
        @DefaultValue("100") double share) implements CheckedSettings {
    /** The most lines that wait to be written, about 200 bytes of memory each; what comes while it is full is counted and not written. */
    private static final int QUEUE_SIZE = 10_000;

    @Override
    public void check(Bounds bounds) {
        bounds.percentage("share", share);
    }

    /** Returns them as the proxy takes them. */
    public AccessLogSettings settings() {
        return new AccessLogSettings(enabled, share, QUEUE_SIZE);
    }
}
