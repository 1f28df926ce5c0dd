package io.revproc.spring.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The application as a policy server. It is one if a bean has a method that is a {@code @PolicyHandler}.
 *
 * @param enabled        whether handlers are registered with proxies
 * @param proxies        where the proxies are: host:port, or a comma list of them, tried in turn. Default: those of
 *                       revproc.client.proxies, else 127.0.0.1:8123
 * @param id             this server's id, 1 to 128 characters. Two servers of one policy need different ones. Default: made by chance at
 *                       each start
 * @param listen         the data port, 0 to 65535; 0: any free one
 * @param listenAddress  the address of the data port. Proxies connect to the address that the registration came from: with a proxy on
 *                       another machine this is that machine's way in, or 0.0.0.0
 * @param token          the secret that allows the registration, if proxies want one
 * @param weight         the share of messages where proxies balance by weight, 1 to 1000
 * @param zone           where this server runs, for proxies that prefer their own zone
 * @param maxInFlight    the most messages that are handled at once, 0 to 1000000; 0: what proxies think fit, at most 4096
 * @param drainTimeout   how long the messages in flight may take at the end of the application, at most 1 h
 * @param maxMessageSize the most bytes of one message and of one answer, 1 KiB to 64 MiB
 * @param ssl            TLS towards the proxies and on the data port
 */
@ConfigurationProperties("revproc.server")
public record RevprocServerProperties(@DefaultValue("true") boolean enabled, @Nullable String proxies,
        @Nullable String id, @DefaultValue("0") int listen, @DefaultValue("127.0.0.1") String listenAddress,
        @Nullable String token, @DefaultValue("1") int weight, @Nullable String zone,
        @DefaultValue("0") int maxInFlight, @DefaultValue("5s") Duration drainTimeout,
        @DefaultValue("1MB") DataSize maxMessageSize, @DefaultValue Ssl ssl) {
    /**
     * @param bundle     the name of an SSL bundle: its key store has this server's certificate, for the registration and for the data port;
     *                   its trust store the proxies' authority. Default: plain text
     * @param verifyHost whether a proxy's certificate must name the host that is registered with
     * @param clientAuth whether proxies have to show a certificate on the data port
     */
    public record Ssl(@Nullable String bundle, @DefaultValue("true") boolean verifyHost,
            @DefaultValue("true") boolean clientAuth) {}

    /** Without the token: this may end in a log. */
    @Override
    public String toString() {
        return "RevprocServerProperties[proxies=" + proxies + ", id=" + id + ", listen=" + listenAddress + ":" + listen
                + "]";
    }
}
