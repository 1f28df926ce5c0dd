package io.revproc.server.registration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.revproc.client.connect.Dialer;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.server.answer.Leases;
import io.revproc.server.registration.SessionRules.Step;
import io.revproc.server.registration.SessionState.Again;
import io.revproc.server.registration.SessionState.Connecting;
import io.revproc.server.registration.SessionState.Draining;
import io.revproc.server.registration.SessionState.Ended;
import io.revproc.server.registration.SessionState.Leaving;
import io.revproc.server.registration.SessionState.Registered;
import io.revproc.server.registration.SessionState.SettingUp;
import io.revproc.server.registration.SessionState.Waiting;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * One policy's registration: carries out over a socket what {@link SessionRules} decide. Everything but {@link #status()}
 * happens on one event loop, the data port's: if that hangs, the heartbeats stop, and the proxy sends nothing more to us.
 */
final class RegistrationSession {
    /**
     * How long messages under a lease are taken after its session broke off: its proxy, and those that share its table, may send some until
     * they have noticed. Longer than the proxies' default grace period.
     */
    static final Duration LOST_LEASE_LASTS = Duration.ofSeconds(30);
    private static final Duration OFFERED_AGAIN = Duration.ofSeconds(5);

    private final Ident policy;
    private final RegistrationSettings settings;
    private final SessionRules rules;
    private final Transport transport;
    private final EventLoop loop;
    private final @Nullable Supplier<? extends SslContext> tls;
    private final Leases leases;
    private final Transcript transcript;
    private final Dialer dialer;
    private final SessionLog log;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile SessionState state = new Waiting(0, false, "not started", SessionState.NEVER);
    private volatile ProxyAddress proxy;
    private volatile String lastReason = "connecting";
    /** Counts the attempts that led nowhere: all proxies in turn, then the next address of each. */
    private int turn;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> alarm;
    /** Counts connection attempts, so that news of an old one is recognised as such. */
    private int attempt;
    /** Whether the proxy has said anything in this attempt. */
    private boolean answered;
    private String lease = "";
    /** Evidence that the proxy has taken, or was shown in the setup. */
    private @Nullable String shown;
    private @Nullable String offered;
    private long offeredAt;
    private @Nullable RegistrationSession predecessor;

    /** @param predecessor the one that this one takes the place of once it is registered; null: none */
    RegistrationSession(Ident policy, RegistrationSettings settings, SessionRules rules, Transport transport,
            EventLoop loop, Leases leases, Transcript transcript, @Nullable Supplier<? extends SslContext> tls,
            @Nullable RegistrationSession predecessor) {
        this.policy = policy;
        this.settings = settings;
        this.rules = rules;
        this.loop = loop;
        this.leases = leases;
        this.transcript = transcript;
        this.transport = transport;
        this.tls = tls;
        this.predecessor = predecessor;
        dialer = new Dialer(transport, loop, rules.connectLimit(), tls);
        log = new SessionLog(policy);
        proxy = settings.proxies().getFirst();
    }

    void start() {
        loop.execute(() -> take(rules.start(System.nanoTime())));
    }

    /** A session of the same policy that will take this one's place; on the same loop, so that one knows how the other stands. */
    RegistrationSession successor() {
        return new RegistrationSession(policy, settings, rules, transport, loop, leases, transcript, tls, this);
    }

    /** Takes leave of the proxy; the future ends when that is done, which the rules bound. */
    CompletableFuture<Void> leave() {
        loop.execute(() -> {
            dropPredecessor();
            take(rules.leave(state, System.nanoTime()));
        });
        return ended;
    }

    /** A snapshot, from any thread. */
    SessionStatus status() {
        return switch (state) {
            case Registered registered -> new SessionStatus(policy, true, "registered", proxy,
                    Duration.ofNanos(System.nanoTime() - registered.since()), null);
            case Waiting waiting -> down(waiting.refused() ? "refused" : "waiting", waiting.reason());
            case Again again -> down("waiting", again.reason());
            case Connecting _,SettingUp _ -> down("connecting", lastReason);
            case Draining _,Leaving _ -> down("draining", "shutting down");
            case Ended _ -> down("ended", "shut down");
        };
    }

    private SessionStatus down(String word, String reason) {
        return new SessionStatus(policy, false, word, proxy, null, reason);
    }

    private void take(Step step) {
        SessionState before = state;
        SessionState after = step.state();
        if (before != after) {
            state = after;
            log.changed(before, after, proxy, System.nanoTime(), answered);
            entered(before, after);
        }
        switch (step.action()) {
            case NOTHING -> {
            }
            case CONNECT -> connect(after);
            case SEND_SETUP -> {
                shown = settings.evidence().get();
                send(settings.setupBytes(policy));
            }
            case SEND_HEARTBEAT -> send(new Message.Heartbeat(lease, newEvidence()));
            case SEND_DRAIN -> send(new Message.Drain(lease));
            case SEND_DEREGISTER -> send(new Message.Deregister(lease));
            case CLOSE -> hangUp();
        }
        setAlarm();
    }

    /** Returns evidence that the proxy does not have yet; null if there is none. One that it did not take is shown again after a while. */
    private @Nullable String newEvidence() {
        String now = settings.evidence().get();
        long time = System.nanoTime();
        if (now == null || now.equals(shown)
                || now.equals(offered) && time - offeredAt < OFFERED_AGAIN.toNanos()) {
            return null;
        }
        offered = now;
        offeredAt = time;
        return now;
    }

    private void entered(SessionState before, SessionState after) {
        switch (after) {
            case Registered registered when registered.session() instanceof SetupAccepted.Session session -> {
                lease = session.lease();
                leases.grant(policy, lease, session.alsoServes());
                dropPredecessor();
            }
            case Registered registered when registered.session() == null -> leases.grantWithoutHello(policy);
            case Waiting waiting -> {
                if (before instanceof Registered) {
                    String lost = lease;
                    loop.schedule(() -> leases.end(policy, lost), LOST_LEASE_LASTS.toNanos(), TimeUnit.NANOSECONDS);
                }
                lastReason = waiting.reason();
                if (!(before instanceof Registered)) {
                    // a proxy that was there a moment ago is tried again before the next one
                    turn++;
                }
            }
            case Again again -> {
                if (before instanceof Registered) {
                    leases.end(policy, lease);
                }
                lastReason = again.reason();
            }
            case Ended _ -> ended.complete(null);
            default -> {
            }
        }
    }

    /** Its entry at the proxy is ours by now, or about to go with it: nothing has to be said. */
    private void dropPredecessor() {
        RegistrationSession before = predecessor;
        predecessor = null;
        if (before != null) {
            before.dropPredecessor();
            before.take(new Step(new Ended(), SessionRules.Action.CLOSE));
        }
    }

    private void connect(SessionState connecting) {
        int number = ++attempt;
        answered = false;
        int proxies = settings.proxies().size();
        proxy = settings.proxies().get(Math.floorMod(turn, proxies));
        if (connecting instanceof Connecting first && first.failures() == 0) {
            transcript.connecting(proxy.port());
        }
        dialer.dial(proxy, Math.floorDiv(turn, proxies), new SessionHandler(this, number, transcript),
                made -> connected(number, made), reason -> {
                    if (number == attempt) {
                        disconnected(reason);
                    }
                });
    }

    private void connected(int number, Channel made) {
        if (number != attempt) {
            made.close();
            return;
        }
        channel = made;
        take(rules.connected(state, System.nanoTime()));
    }

    /** On the event loop: the proxy sent this on the connection of the given attempt. */
    void received(int number, Message message, byte[] bytes, int from, int to) {
        if (number != attempt) {
            return;
        }
        answered = true;
        if (state instanceof SettingUp) {
            transcribe(message, bytes, from, to);
        }
        if (message instanceof Message.Notice(Message.Notice.Event event)) {
            log.notice(event, proxy);
        }
        if (message instanceof Message.HeartbeatSeen(String answer) && answer != null) {
            log.evidence(answer, proxy);
            if (answer.equals(Message.HeartbeatSeen.RENEWED)) {
                shown = offered;
            }
        }
        take(rules.received(state, message, System.nanoTime()));
    }

    private void transcribe(Message message, byte[] bytes, int from, int to) {
        if (!transcript.on()) {
            return;
        }
        if (message instanceof SetupAccepted) {
            // what the seed shows; the lease that follows it is not for the eyes of everybody
            byte[] part1 = MessageCodec.write(new SetupAccepted(null));
            transcript.answered(part1, 0, part1.length);
            transcript.listening(settings.setup().apply(policy).listenPort());
        } else {
            transcript.answered(bytes, from, to);
        }
    }

    /** On the event loop: the connection of the given attempt is over. */
    void closed(int number, String reason) {
        if (number == attempt && channel != null) {
            channel = null;
            disconnected(reason);
        }
    }

    /** On the event loop: the proxy closed the connection of the given attempt, without a fault. */
    void closedByProxy(int number) {
        if (number == attempt && channel != null) {
            channel = null;
            take(rules.closedByProxy(state, System.nanoTime()));
        }
    }

    /** On the event loop: the proxy sent something that is no message of the protocol. */
    void unreadable(int number) {
        if (number == attempt) {
            answered = true;
            take(rules.unreadable(state, System.nanoTime()));
        }
    }

    private void disconnected(String reason) {
        take(rules.disconnected(state, reason, System.nanoTime()));
    }

    private void send(Message message) {
        send(MessageCodec.write(message));
    }

    private void send(byte[] message) {
        Channel to = channel;
        if (to != null) {
            to.writeAndFlush(Unpooled.wrappedBuffer(message));
        }
    }

    private void hangUp() {
        attempt++;
        Channel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
    }

    private void setAlarm() {
        ScheduledFuture<?> old = alarm;
        if (old != null) {
            old.cancel(false);
            alarm = null;
        }
        long at = state.alarmAt();
        if (at != SessionState.NEVER) {
            alarm = loop.schedule(() -> take(rules.alarm(state, System.nanoTime())),
                    Math.max(0, at - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
