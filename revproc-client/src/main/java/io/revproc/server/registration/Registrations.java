package io.revproc.server.registration;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.revproc.client.connect.Backoff;
import io.revproc.server.answer.Leases;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import org.jspecify.annotations.Nullable;

/** All the registration sessions of this process, one per policy. Thread-safe. */
public final class Registrations {
    private volatile List<RegistrationSession> sessions;

    /** @param tls null: in plain text */
    public Registrations(RegistrationSettings settings, Transport transport, EventLoopGroup loops, Leases leases,
            Transcript transcript, @Nullable Supplier<? extends SslContext> tls) {
        SessionRules rules = rules(settings);
        sessions = settings.policies().stream()
                .map(policy -> new RegistrationSession(policy, settings, rules, transport, loops.next(), leases,
                        transcript, tls, null))
                .toList();
    }

    /**
     * The longest wait is well under 2 s, so that every server is back within 2 s after its proxy; a refusal that a person
     * has to deal with is tried again every half minute at the most.
     */
    private static SessionRules rules(RegistrationSettings settings) {
        Backoff lost = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1500),
                () -> ThreadLocalRandom.current().nextDouble());
        Backoff refused = new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(30),
                () -> ThreadLocalRandom.current().nextDouble());
        return new SessionRules(lost, refused, settings.proxies().size(), Duration.ofSeconds(2), Duration.ofSeconds(5),
                settings.drain(), Duration.ofSeconds(1), settings.dialect() != null);
    }

    public void start() {
        sessions.forEach(RegistrationSession::start);
    }

    /** Registers anew with the certificate of now; until that has happened the registrations of before stay. */
    public synchronized void renew() {
        sessions = sessions.stream().map(RegistrationSession::successor).toList();
        start();
    }

    /** Takes leave of the proxy for every policy; the future ends when that is done, a second after the drain limit at the latest. */
    public CompletableFuture<Void> leave() {
        return CompletableFuture
                .allOf(sessions.stream().map(RegistrationSession::leave).toArray(CompletableFuture[]::new));
    }

    public List<SessionStatus> status() {
        return sessions.stream().map(RegistrationSession::status).toList();
    }
}
