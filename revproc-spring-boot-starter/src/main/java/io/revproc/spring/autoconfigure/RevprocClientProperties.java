package io.revproc.spring.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The application as a client. Without {@code proxies} there is none, unless a bean says where the proxies are.
 *
 * @param proxies        where the proxies are: host:port, or a comma list of them, tried in turn
 * @param id             who sends, 1 to 128 characters; servers see it, nobody checks it. Default: the application's name
 * @param connections    how many connections are kept, 1 to 64
 * @param maxInFlight    the most messages in flight, 1 to 100000; one of more than 64 KiB counts as several
 * @param waitWhenFull   whether a sender waits when so many are in flight; else the message fails at once
 * @param maxMessageSize the most bytes of one message, 1 KiB to 64 MiB; not more than the proxy takes
 * @param deadline       how long to wait for a reply, 1 ms to 1 day; longer than the proxy's own deadline, 10 s by default
 * @param connectTimeout how long a message waits for a connection, 10 ms to 1 h
 * @param idleTimeout    after which time without traffic a connection is closed, 1 s to 1 day; shorter than the proxy's, 10 min
 * @param closeTimeout   how long the end of the application waits for replies, at most 1 h
 * @param evidenceFile   a file with the signed token (JWT) that says who this client is, for policies that ask for one; a new token in the
 *                       file is shown as soon as it is there. Default: none
 * @param ssl            TLS towards the proxies
 */
@ConfigurationProperties("revproc.client")
public record RevprocClientProperties(@Nullable String proxies, @Nullable String id,
        @DefaultValue("2") int connections, @DefaultValue("1024") int maxInFlight,
        @DefaultValue("false") boolean waitWhenFull, @DefaultValue("1MB") DataSize maxMessageSize,
        @DefaultValue("30s") Duration deadline, @DefaultValue("3s") Duration connectTimeout,
        @DefaultValue("5m") Duration idleTimeout, @DefaultValue("5s") Duration closeTimeout,
        @Nullable String evidenceFile, @DefaultValue Ssl ssl) {
    /**
     * @param bundle     the name of an SSL bundle: its trust store has the proxies' authority, its key store this client's certificate,
     *                   where proxies want one. Default: plain text
     * @param verifyHost whether a proxy's certificate must name the host that is connected to
     */
    public record Ssl(@Nullable String bundle, @DefaultValue("true") boolean verifyHost) {}
}
