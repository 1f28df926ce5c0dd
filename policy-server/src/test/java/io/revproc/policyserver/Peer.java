package io.revproc.policyserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import javax.net.SocketFactory;

import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;

/** A blocking connection to a data port: a client, or what a proxy would be. */
public final class Peer implements AutoCloseable {
    public final Socket socket;
    private final MessageFramer framer = new MessageFramer(1 << 20);
    private final byte[] buffer = new byte[64 * 1024];

    public Peer(int port) throws IOException {
        this(port, SocketFactory.getDefault());
    }

    public Peer(int port, SocketFactory sockets) throws IOException {
        socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
    }

    public Peer send(Message... messages) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Message message : messages) {
            all.append(new String(MessageCodec.write(message), StandardCharsets.UTF_8));
        }
        return send(all.toString());
    }

    public Peer send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** The next message's text, as it came; empty if the stream ended. */
    public String text() throws IOException {
        MessageFramer.Event event;
        while ((event = framer.poll()) == MessageFramer.Event.NEED_MORE) {
            framer.park();
            int n = socket.getInputStream().read(buffer);
            if (n < 0) {
                return "";
            }
            framer.offer(buffer, 0, n);
        }
        if (event != MessageFramer.Event.MESSAGE) {
            throw new AssertionError(event + ": " + framer.reason());
        }
        return new String(framer.array(), framer.start(), framer.end() - framer.start(), StandardCharsets.UTF_8);
    }

    public Message next() throws IOException {
        byte[] bytes = text().getBytes(StandardCharsets.UTF_8);
        try {
            return MessageCodec.read(bytes, 0, bytes.length);
        } catch (WireException e) {
            throw new AssertionError(e.sentence());
        }
    }

    public Message.Ack ack() throws IOException {
        return (Message.Ack) next();
    }

    /** Whether the other side has closed and nothing is left to read. */
    public boolean ended() throws IOException {
        try {
            return text().isEmpty();
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
