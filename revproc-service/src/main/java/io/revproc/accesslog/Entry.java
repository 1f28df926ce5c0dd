package io.revproc.accesslog;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access log.
 *
 * @param clientId      the {@code srcid}; null if it is not known
 * @param server        null if it was at none
 * @param outcome       {@code answered}, {@code cancelled} or the code of a refusal
 * @param nanos         from its arrival to its end
 * @param serverNanos   from handing it over to its end; -1 if it was not
 * @param failedServers how many servers were tried in vain
 */
record Entry(InetSocketAddress client, @Nullable String clientId, @Nullable String policy, @Nullable String server,
        String outcome, long nanos, long serverNanos, int requestBytes, int replyBytes, int failedServers) {
    /** Keys and values; what others named is escaped. */
    String line() {
        StringBuilder line = new StringBuilder(192).append("event=message client=")
                .append(client.getAddress().getHostAddress()).append(':').append(client.getPort());
        append(line, " srcid=", clientId);
        append(line, " policy=", policy);
        append(line, " server=", server);
        line.append(" outcome=").append(outcome).append(" us=").append(TimeUnit.NANOSECONDS.toMicros(nanos));
        if (serverNanos >= 0) {
            line.append(" server-us=").append(TimeUnit.NANOSECONDS.toMicros(serverNanos));
        }
        line.append(" bytes=").append(requestBytes).append(" reply-bytes=").append(Math.max(0, replyBytes));
        if (failedServers > 0) {
            line.append(" failed-servers=").append(failedServers);
        }
        return line.toString();
    }

    private static void append(StringBuilder line, String key, @Nullable String value) {
        if (value != null) {
            line.append(key).append(LogValue.of(value));
        }
    }
}
