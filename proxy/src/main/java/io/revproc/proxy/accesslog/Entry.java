package io.revproc.proxy.accesslog;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;

/**
 * A message that ended: one line of the access log.
 *
 * @param clientId      the {@code srcid}; null if it is not known
 * @param subject       whom the token is about that the client's connection showed, safe to be shown; null if it showed none
 * @param server        null if it was at none
 * @param servedBy      the server's policy where that is a narrower one than the message's; else null
 * @param outcome       {@code answered}, {@code cancelled} or the code of a refusal
 * @param nanos         from its arrival to its end
 * @param serverNanos   from handing it over to its end; -1 if it was not
 * @param failedServers how many servers were tried in vain
 */
public record Entry(InetSocketAddress client, @Nullable String clientId, @Nullable String subject,
        @Nullable String policy,
        @Nullable String server, @Nullable String servedBy,
        String outcome, long nanos, long serverNanos, int requestBytes, int replyBytes, int failedServers) {
    /** Returns the entry of a message that has ended; {@link MessageLog#ended} has the parameters. */
    static Entry of(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
            long now) {
        String outcome = code != null ? code.name() : replyBytes < 0 ? "cancelled" : "answered";
        long sent = exchange.sentNanos();
        return new Entry(exchange.client(), text(exchange.clientId()), exchange.clientSubject(),
                exchange.policy().text(),
                endpoint == null ? null : endpoint.spec().id().text(),
                endpoint == null || exchange.widened(endpoint) == null ? null : endpoint.spec().policy().text(),
                outcome, now - exchange.arrivedNanos(),
                sent == 0 || endpoint == null ? -1 : now - sent, exchange.size(), replyBytes,
                exchange.failedAttempts());
    }

    /** Returns the entry of a message that was given to no policy. */
    static Entry refused(RefusedMessage message) {
        return new Entry(message.client(), message.clientId().length == 0 ? null : text(message.clientId()), null,
                message.policy(),
                null, null, message.code().name(), 0, -1, message.bytes(), 0, 0);
    }

    private static String text(byte[] json) {
        boolean quoted = json.length > 1 && json[0] == '"';
        return quoted
                ? new String(json, 1, json.length - 2, StandardCharsets.UTF_8)
                : new String(json, StandardCharsets.UTF_8);
    }

    /** Keys and values; what others named is escaped. */
    String line() {
        StringBuilder line = new StringBuilder(192).append("event=message client=")
                .append(HostPort.text(client));
        append(line, " srcid=", clientId);
        if (subject != null) {
            line.append(" subject=").append(subject);
        }
        append(line, " policy=", policy);
        append(line, " server=", server);
        append(line, " served-by=", servedBy);
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
