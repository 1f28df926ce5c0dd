package io.revproc.client.connect;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.revproc.transport.BadRecords;
import io.revproc.transport.NoReadAfterClose;
import io.revproc.transport.Transport;
import org.jspecify.annotations.Nullable;

/** Makes connections to proxies. What it reports, it reports on the event loop. */
public final class Dialer {
    /** Looks a name up; the addresses in the order in which the name server gives them. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final Transport transport;
    private final EventLoop loop;
    private final int connectMillis;
    private final @Nullable Supplier<? extends SslContext> tls;

    /** @param tls asked for each connection; null: in plain text */
    public Dialer(Transport transport, EventLoop loop, Duration connectLimit,
            @Nullable Supplier<? extends SslContext> tls) {
        this(transport, loop, connectLimit, tls, InetAddress::getAllByName);
    }

    Dialer(Transport transport, EventLoop loop, Duration connectLimit, @Nullable Supplier<? extends SslContext> tls,
            Resolver resolver) {
        this.resolver = resolver;
        this.transport = transport;
        this.loop = loop;
        this.tls = tls;
        connectMillis = (int) connectLimit.toMillis();
    }

    /**
     * Looks the host up, away from the event loop, which a slow name server would stop; then connects.
     *
     * @param turn      which of the name's addresses it is the turn of, if it has several; counts round
     * @param connected gets the connection
     * @param failed    gets a reason for a person
     */
    public void dial(ProxyAddress address, int turn, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<String> failed) {
        Thread.startVirtualThread(() -> {
            InetSocketAddress to;
            try {
                InetAddress[] all = resolver.all(address.host());
                to = new InetSocketAddress(all[Math.floorMod(turn, all.length)], address.port());
            } catch (UnknownHostException e) {
                onLoop(() -> failed.accept("host " + address.host() + " is unknown"));
                return;
            }
            onLoop(() -> {
                if (tls == null) {
                    connect(to, handler, connected, failed);
                    return;
                }
                SslContext context;
                try {
                    context = tls.get();
                } catch (RuntimeException e) {
                    // The application's own code; its certificate may just be being replaced.
                    failed.accept("the TLS context can't be had: " + Printable.reason(e));
                    return;
                }
                connect(to, secured(context, address, handler), made -> handshake(made, connected, failed), failed);
            });
        });
    }

    private void connect(InetSocketAddress address, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<String> failed) {
        new Bootstrap().group(loop).channel(transport.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .handler(handler)
                .connect(address)
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        connected.accept(done.channel());
                    } else {
                        failed.accept(reason(done.cause()));
                    }
                });
    }

    private ChannelHandler secured(SslContext context, ProxyAddress address, ChannelHandler handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new NoReadAfterClose(), BadRecords.INSTANCE,
                        Tls.connecting(context, channel.alloc(), address.host(), address.port(), connectMillis),
                        handler);
            }
        };
    }

    private static void handshake(Channel made, Consumer<Channel> connected, Consumer<String> failed) {
        SslHandler tls = made.pipeline().get(SslHandler.class);
        if (tls == null) {
            made.close();
            failed.accept("no TLS with the proxy: its handler can't be made");
            return;
        }
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                connected.accept(made);
            } else {
                made.close();
                failed.accept("no TLS with the proxy: " + Tls.reason(done.cause()));
            }
        });
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // the process ends; nobody waits for this connection
        }
    }

    private static String reason(Throwable cause) {
        String text = Printable.reason(cause);
        return text.contains("refused")
                ? "connection refused: no proxy listens there"
                : text.contains("timed out") ? "no connection in time" : text;
    }
}
