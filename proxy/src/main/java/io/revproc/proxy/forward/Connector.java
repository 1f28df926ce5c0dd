package io.revproc.proxy.forward;

import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.transport.LoopContext;
import org.jspecify.annotations.Nullable;

/** Opens the connections of one event loop to servers. */
final class Connector implements Dialer {
    /** A server may start to listen only after it read the answer to its setup: until then a refused connect is repeated. */
    private static final long SETUP_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long RETRY_DELAY_MILLIS = 25;
    /** A server that takes nothing of what it is sent for so long is gone, or as good as gone. */
    private static final int MIN_USER_TIMEOUT_MILLIS = 2_000;
    private static final int MAX_USER_TIMEOUT_MILLIS = 60_000;

    private final LoopContext context;
    private final long timeoutMillis;
    private final Bootstrap bootstrap;
    private final @Nullable ForwardTls tls;

    /** @param tls null: no server can be reached by TLS */
    Connector(LoopContext context, ForwardSettings settings, @Nullable ForwardTls tls) {
        this.context = context;
        this.tls = tls;
        this.timeoutMillis = settings.connectTimeout().toMillis();
        this.bootstrap = new Bootstrap().group(context.loop()).channel(context.transport().socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeoutMillis);
        context.transport().noticeDeadPeers(bootstrap, Math.clamp(settings.deadline().toMillis(),
                MIN_USER_TIMEOUT_MILLIS, MAX_USER_TIMEOUT_MILLIS));
        context.adopt(bootstrap);
    }

    /** Tries again for a short while where the server was set up just now. */
    @Override
    public Dial connect(Endpoint endpoint, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<ConnectFailure> failed) {
        EndpointSpec spec = endpoint.spec();
        if (!spec.tls()) {
            return new Attempts(bootstrap.clone().handler(handler), endpoint, connected, failed).begin();
        }
        ForwardTls servers = tls;
        if (servers == null) {
            // an entry of another proxy, or of a time with other settings: never in plain text
            context.loop().execute(() -> failed.accept(ConnectFailure.UNREACHABLE));
            return () -> false;
        }
        return new Attempts(bootstrap.clone().handler(new ChannelInboundHandlerAdapter()), endpoint,
                channel -> ServerHandshake.start(channel, servers, endpoint, timeoutMillis, handler, connected,
                        () -> failed.accept(ConnectFailure.UNREACHABLE)),
                failed).begin();
    }

    /** The attempts to open one connection. */
    private final class Attempts implements Dial {
        private final Bootstrap bootstrap;
        private final Endpoint endpoint;
        private final Consumer<Channel> connected;
        private final Consumer<ConnectFailure> failed;
        /** The next attempt; null while one is under way. */
        private @Nullable Future<?> next;

        Attempts(Bootstrap bootstrap, Endpoint endpoint, Consumer<Channel> connected,
                Consumer<ConnectFailure> failed) {
            this.bootstrap = bootstrap;
            this.endpoint = endpoint;
            this.connected = connected;
            this.failed = failed;
        }

        Dial begin() {
            EndpointSpec spec = endpoint.spec();
            ChannelFuture connect = bootstrap.connect(new InetSocketAddress(spec.address(), spec.port()));
            connect.addListener(done -> {
                if (context.loop().inEventLoop()) {
                    ended(connect);
                } else {
                    // a socket that could not be made belongs to no loop
                    context.loop().execute(() -> ended(connect));
                }
            });
            return this;
        }

        private void ended(ChannelFuture connect) {
            Channel channel = connect.channel();
            boolean open = connect.isSuccess();
            boolean itself = open && channel.localAddress().equals(channel.remoteAddress());
            if (open && !itself) {
                connected.accept(channel);
                return;
            }
            if (itself) {
                // Nobody listens there, and the kernel chose that very port for our end: it would echo our own messages.
                channel.pipeline().removeFirst();
                channel.close();
            }
            ConnectFailure failure = itself ? ConnectFailure.REFUSED : ConnectFailure.of(connect.cause());
            // An address may have gone to another server meanwhile: the next connect could find that one.
            if (failure == ConnectFailure.REFUSED && mayStillCome(endpoint)) {
                next = context.loop().schedule(() -> again(failure), RETRY_DELAY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                failed.accept(failure);
            }
        }

        private void again(ConnectFailure failure) {
            next = null;
            if (mayStillCome(endpoint)) {
                begin();
            } else {
                failed.accept(failure);
            }
        }

        @Override
        public boolean cancel() {
            Future<?> waiting = next;
            return waiting != null && waiting.cancel(false);
        }
    }

    private static boolean mayStillCome(Endpoint endpoint) {
        return System.nanoTime() - endpoint.setupNanos() < SETUP_GRACE_NANOS && endpoint.mayBeSent();
    }
}
