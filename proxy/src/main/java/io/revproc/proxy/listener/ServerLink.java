package io.revproc.proxy.listener;

import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.revproc.proxy.registration.Answer;
import io.revproc.proxy.registration.Outbox;

/** The connection of a registered server, as the registration sees it. Thread-safe. */
record ServerLink(Channel channel, ClientHandler handler) implements Outbox {
    @Override
    public void send(byte[] message) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(message), channel.voidPromise());
    }

    @Override
    public void answer(Answer answer) {
        try {
            channel.eventLoop().execute(() -> handler.settled(answer));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and the connection with it.
            channel.close();
        }
    }

    @Override
    public void close() {
        channel.eventLoop().execute(handler::closeAfterReplies);
    }
}
