package io.revproc.server.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.revproc.server.answer.Leases;
import io.revproc.server.registration.SessionRules.Step;
import io.revproc.server.registration.SessionState.Draining;
import io.revproc.server.registration.SessionState.Ended;
import io.revproc.server.registration.SessionState.Registered;
import io.revproc.server.registration.SessionState.Waiting;
import io.revproc.server.transcript.Transcript;
import io.revproc.server.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One policy's registration: carries out over a socket what {@link SessionRules} decide. Everything but {@link #status()}
 * happens on one event loop, the data port's: if that hangs, the heartbeats stop, and the proxy sends nothing more to us.
 */
final class RegistrationSession {
    private static final Logger log = LoggerFactory.getLogger(RegistrationSession.class);

    private final Ident policy;
    private final RegistrationSettings settings;
    private final SessionRules rules;
    private final Transport transport;
    private final EventLoop loop;
    private final Leases leases;
    private final Transcript transcript;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile SessionState state;
    private volatile int proxy;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> alarm;
    /** Counts connection attempts, so that news of an old one is recognised as such. */
    private int attempt;
    private String lease = "";
    private String lastReason = "";

    RegistrationSession(Ident policy, RegistrationSettings settings, SessionRules rules, Transport transport,
            EventLoop loop, Leases leases, Transcript transcript) {
        this.policy = policy;
        this.settings = settings;
        this.rules = rules;
        this.transport = transport;
        this.loop = loop;
        this.leases = leases;
        this.transcript = transcript;
        state = new Waiting(0, false, "not started", SessionState.NEVER);
    }

    void start() {
        loop.execute(() -> take(rules.start(System.nanoTime())));
    }

    /** Takes leave of the proxy; the future ends when that is done, which the rules bound. */
    CompletableFuture<Void> leave() {
        loop.execute(() -> take(rules.leave(state, System.nanoTime())));
        return ended;
    }

    /** A snapshot, from any thread. */
    SessionStatus status() {
        SessionState now = state;
        ProxyAddress address = settings.proxies().get(proxy);
        return switch (now) {
            case Registered registered -> new SessionStatus(policy, true, "registered", address,
                    Duration.ofNanos(System.nanoTime() - registered.since()), null);
            case Waiting waiting -> new SessionStatus(policy, false, waiting.refused() ? "refused" : "waiting", address,
                    null, waiting.reason());
            case Draining _,SessionState.Leaving _ ->
                new SessionStatus(policy, false, "draining", address, null, "shutting down");
            case Ended _ -> new SessionStatus(policy, false, "ended", address, null, "shut down");
            case SessionState.Connecting _,SessionState.SettingUp _ -> new SessionStatus(policy, false, "connecting",
                    address, null, lastReason.isEmpty() ? "connecting" : lastReason);
        };
    }

    private void take(Step step) {
        SessionState before = state;
        state = step.state();
        if (before != state) {
            changed(before, state);
        }
        switch (step.action()) {
            case NOTHING -> {
            }
            case CONNECT -> connect();
            case SEND_SETUP -> send(settings.setup().apply(policy));
            case SEND_HEARTBEAT -> send(new Message.Heartbeat(lease));
            case SEND_DRAIN -> send(new Message.Drain(lease));
            case SEND_DEREGISTER -> send(new Message.Deregister(lease));
            case CLOSE -> hangUp();
        }
        setAlarm();
    }

    private void changed(SessionState before, SessionState after) {
        if (after instanceof Waiting waiting) {
            waiting(before, waiting);
        } else if (after instanceof Registered registered && !(before instanceof Registered)) {
            registered(registered);
        } else if (after instanceof Ended) {
            if (before instanceof Draining || before instanceof SessionState.Leaving) {
                log.info("deregistered policy={} proxy={}", policy, settings.proxies().get(proxy));
            }
            ended.complete(null);
        }
    }

    private void registered(Registered registered) {
        lastReason = "";
        SetupAccepted.Session session = registered.session();
        if (session == null) {
            log.info("registered policy={} proxy={} proto=1", policy, settings.proxies().get(proxy));
        } else {
            lease = session.lease();
            leases.grant(policy, lease);
            log.info("registered policy={} proxy={} proto=2 heartbeat={}ms ttl={}ms", policy,
                    settings.proxies().get(proxy), session.heartbeat().toMillis(), session.ttl().toMillis());
        }
    }

    private void waiting(SessionState before, Waiting waiting) {
        ProxyAddress failed = settings.proxies().get(proxy);
        long delay = TimeUnit.NANOSECONDS.toMillis(waiting.alarmAt() - System.nanoTime());
        boolean news = !waiting.reason().equals(lastReason) || Integer.bitCount(waiting.failures()) == 1;
        if (waiting.refused()) {
            if (!waiting.reason().equals(lastReason)) {
                log.error("registration refused policy={} proxy={} reason=\"{}\" retry-in={}ms", policy, failed,
                        waiting.reason(), delay);
            }
        } else if (before instanceof Registered) {
            log.warn("registration lost policy={} proxy={} reason=\"{}\" retry-in={}ms", policy, failed,
                    waiting.reason(), delay);
        } else if (news) {
            log.warn("registration failed policy={} proxy={} attempt={} reason=\"{}\" retry-in={}ms", policy, failed,
                    waiting.failures(), waiting.reason(), delay);
        }
        lastReason = waiting.reason();
        if (!(before instanceof Registered)) {
            proxy = (proxy + 1) % settings.proxies().size();
        }
    }

    /** Looks the host up away from the event loop, which a slow name server would stop. */
    private void connect() {
        int number = ++attempt;
        ProxyAddress address = settings.proxies().get(proxy);
        if (state instanceof SessionState.Connecting connecting && connecting.failures() == 0) {
            transcript.connecting(address.port());
        }
        Thread.startVirtualThread(() -> {
            try {
                InetAddress host = InetAddress.getByName(address.host());
                onLoop(number, () -> connectTo(number, new InetSocketAddress(host, address.port())));
            } catch (UnknownHostException e) {
                onLoop(number, () -> disconnected("host " + address.host() + " is unknown"));
            }
        });
    }

    private void connectTo(int number, InetSocketAddress address) {
        new Bootstrap().group(loop).channel(transport.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) rules.connectLimit().toMillis())
                .handler(new SessionHandler(this, number, transcript))
                .connect(address)
                .addListener((io.netty.channel.ChannelFuture done) -> {
                    if (number != attempt || !(state instanceof SessionState.Connecting)) {
                        done.channel().close();
                    } else if (done.isSuccess()) {
                        channel = done.channel();
                        take(rules.connected(state, System.nanoTime()));
                    } else {
                        disconnected(reason(done.cause()));
                    }
                });
    }

    private void onLoop(int number, Runnable task) {
        try {
            loop.execute(() -> {
                if (number == attempt && state instanceof SessionState.Connecting) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("event loop is gone");
        }
    }

    /** On the event loop: the proxy sent this on the connection of the given attempt. */
    void received(int number, Message message, byte[] bytes, int from, int to) {
        if (number != attempt) {
            return;
        }
        if (state instanceof SessionState.SettingUp) {
            answered(message, bytes, from, to);
        }
        if (message instanceof Message.Notice(Message.Notice.Event event)) {
            log.info("notice policy={} proxy={} event={}", policy, settings.proxies().get(proxy),
                    event.name().toLowerCase(java.util.Locale.ROOT));
        }
        take(rules.received(state, message, System.nanoTime()));
    }

    private void answered(Message message, byte[] bytes, int from, int to) {
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

    private void disconnected(String reason) {
        take(rules.disconnected(state, reason, System.nanoTime()));
    }

    private void send(Message message) {
        Channel to = channel;
        if (to != null) {
            to.writeAndFlush(Unpooled.wrappedBuffer(MessageCodec.write(message)));
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

    private static String reason(Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        return text.contains("refused")
                ? "connection refused: no proxy listens there"
                : text.contains("timed out") ? "no connection in time" : text;
    }
}
