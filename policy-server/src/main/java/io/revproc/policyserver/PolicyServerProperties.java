package io.revproc.policyserver;

import java.time.Duration;
import java.util.List;

import io.revproc.client.connect.ProxyAddress;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import io.revproc.start.WrongSettingException;
import io.revproc.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.SetupDialect;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings of the policy server; every key also as an environment variable or a command-line option, Spring's way.
 *
 * @param id             this server's id. Two servers of one policy need different ids: the second is refused with
 *                       ID_TAKEN, and tries again until the first one's lease is lost
 * @param pp             the policies that this server serves, one or several, with one registration session each
 * @param listen         the data port, on which the proxy sends messages, 0 to 65535; 0: any free port, and the start
 *                       line says which
 * @param listenAddress  the address of the data port. The proxy connects to the address from which the server registered,
 *                       so if the proxy is on another machine, set an address of this machine that the proxy can reach,
 *                       or 0.0.0.0
 * @param revproc        the addresses of the proxies: {@code 8123}, {@code host:8123}, or a list with commas, tried in
 *                       turn. A name with several addresses stands for all of them
 * @param revhost        the host of the proxy for entries of {@code revproc} that are only a port
 * @param proto          the protocol. 2: a session with lease and heartbeats; 1: the seed's protocol, for an old proxy
 * @param dialect        the form of the setup for old proxies, with {@code proto} 1: {@code numbers} like the seed's,
 *                       {@code string-type} for proxies that compare the type with "1", {@code strings} for proxies that
 *                       want every value as a string
 * @param mux            whether the proxy may send many messages over one connection. If false, each message costs a
 *                       connection
 * @param weight         this server's share of the policy's messages where the proxy balances by weight, 1 to 1000
 * @param zone           where this server runs, for proxies that prefer their own zone
 * @param region         where this server processes messages: an ISO 3166 code such as DE or another label, for policies
 *                       and grants that ask for it
 * @param purposes       the purposes for which this server processes messages, for policies and grants that ask for them
 * @param evidenceFile   a file with the signed token (JWT) that the server shows as evidence, if the proxy asks for one. A new token in
 *                       the file is shown to the proxy while the server runs
 * @param widerPolicies  whether this server takes messages of wider policies, where the proxy's operator lets servers of its
 *                       policies serve them
 * @param maxInFlight    the most messages that this server wants at a time; 0: the proxy decides
 * @param token          the secret that allows the registration, if the proxy requires one
 * @param transcript     whether the server prints every message with its payload, in the words of the seed (the old
 *                       Python programs)
 * @param answerDelay    a delay before every answer, to try out slow servers
 * @param transport      the kernel's interface for connections: io-uring, epoll or nio; auto takes the first of these
 *                       that works
 * @param eventLoops     the number of threads that carry messages, 1 to 64. One is enough for most machines; more help
 *                       only with large payloads, where the digest takes most of the time
 * @param maxMessageSize the largest message in bytes, 1 KiB to 64 MiB. The proxy's own limit is 1 MiB
 * @param maxPartial     the most memory for incomplete messages over all connections, 2 MiB to 16 GiB; further ones are
 *                       refused. It limits what slow or hostile senders can take
 * @param maxConnections the most data connections, 1 to 1000000; further ones are closed
 * @param messageTimeout the time from a message's first byte to its last, after which its connection is closed
 * @param tls            TLS towards the proxy and on the data port
 */
@ConfigurationProperties("policy-server")
record PolicyServerProperties(
        @DefaultValue("1") String id,
        @DefaultValue("PP_1") List<String> pp,
        @DefaultValue("127.0.0.1") String listenAddress,
        @DefaultValue("9001") int listen,
        @DefaultValue("8123") List<String> revproc,
        @DefaultValue("127.0.0.1") String revhost,
        @DefaultValue("2") int proto,
        @DefaultValue("numbers") SetupDialect dialect,
        @DefaultValue("true") boolean mux,
        @DefaultValue("1") int weight,
        @Nullable String zone,
        @Nullable String region,
        @DefaultValue List<String> purposes,
        @Nullable String evidenceFile,
        @DefaultValue("false") boolean widerPolicies,
        @DefaultValue("0") int maxInFlight,
        @Nullable String token,
        @DefaultValue("false") boolean transcript,
        @DefaultValue("0s") Duration answerDelay,
        @DefaultValue("auto") Transport.Choice transport,
        @DefaultValue("1") int eventLoops,
        @DefaultValue("1MB") DataSize maxMessageSize,
        @DefaultValue("64MB") DataSize maxPartial,
        @DefaultValue("10000") int maxConnections,
        @DefaultValue("30s") Duration messageTimeout,
        @DefaultValue @NestedConfigurationProperty TlsProperties tls) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.length("id", id, Ident.MAX_LENGTH)
                .elements("pp", pp, 1, Integer.MAX_VALUE)
                .each("pp", pp, (setting, policy) -> bounds.length(setting, policy, Ident.MAX_LENGTH))
                .notBlank("listen-address", listenAddress)
                .port("listen", listen)
                .elements("revproc", revproc, 1, Integer.MAX_VALUE).each("revproc", revproc, bounds::notBlank)
                .notBlank("revhost", revhost)
                .range("proto", proto, 1, 2)
                .range("weight", weight, 1, 1000)
                .length("zone", zone, 128)
                .length("region", region, 64)
                .elements("purposes", purposes, 0, 32)
                .each("purposes", purposes, (setting, purpose) -> bounds.length(setting, purpose, 64))
                .range("max-in-flight", maxInFlight, 0, 1_000_000)
                .length("token", token, 4096)
                .range("answer-delay", answerDelay, Duration.ZERO, Duration.ofMinutes(10))
                .range("event-loops", eventLoops, 1, 64)
                .range("max-connections", maxConnections, 1, 1_000_000)
                .range("message-timeout", messageTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .demand("tls", tls.bundle() == null || tls.bundle().isBlank() || proto == 2,
                        "needs policy-server.proto=2: the seed's protocol has no way to say that the data port speaks TLS")
                .demand("max-message-size",
                        maxMessageSize.toBytes() >= 1024 && maxMessageSize.compareTo(DataSize.ofMegabytes(64)) <= 0,
                        "must be between 1KB and 64MB")
                .demand("max-partial",
                        maxPartial.compareTo(DataSize.ofMegabytes(2)) >= 0
                                && maxPartial.compareTo(DataSize.ofGigabytes(16)) <= 0
                                && maxPartial.toBytes() / 2 >= maxMessageSize.toBytes(),
                        "must be between 2MB and 16GB, and at least twice policy-server.max-message-size");
    }

    String checkedId() {
        return WrongSettingException.parsed("policy-server.id", () -> Ident.of(id.strip())).text();
    }

    List<String> policies() {
        return WrongSettingException.parsed("policy-server.pp",
                () -> pp.stream().map(policy -> Ident.of(policy.strip()).text()).distinct().toList());
    }

    List<ProxyAddress> proxies() {
        return WrongSettingException.parsed("policy-server.revproc",
                () -> revproc.stream().map(text -> ProxyAddress.parse(text, revhost)).toList());
    }

    /** Without the token: this may end in a log. */
    @Override
    public String toString() {
        return "PolicyServerProperties[id=" + id + ", pp=" + pp + ", listen=" + listenAddress + ":" + listen
                + ", revproc=" + revproc + "]";
    }
}
