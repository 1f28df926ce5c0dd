package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.proxy.route.Endpoint;

/** Opens no socket: the test says what becomes of each connect. */
final class FakeDialer implements Dialer {
    final List<Dialled> dials = new ArrayList<>();
    /** Whether a connect can be stopped. */
    boolean cancels;

    /** One attempt to connect. */
    record Dialled(Endpoint to, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<ConnectFailure> failed) {
        /** The server takes the connection. */
        EmbeddedChannel open() {
            EmbeddedChannel channel = new EmbeddedChannel(handler);
            connected.accept(channel);
            return channel;
        }
    }

    @Override
    public Dialer.Dial connect(Endpoint to, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<ConnectFailure> failed) {
        dials.add(new Dialled(to, handler, connected, failed));
        return () -> cancels;
    }

    Dialled last() {
        return dials.getLast();
    }

    /** Returns what was written to the channel since this was asked for the last time. */
    static String written(EmbeddedChannel channel) {
        StringBuilder out = new StringBuilder();
        ByteBuf buffer;
        while ((buffer = channel.readOutbound()) != null) {
            out.append(buffer.toString(StandardCharsets.UTF_8));
            buffer.release();
        }
        return out.toString();
    }

    /** Lets the server say something. */
    static void say(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }
}
