package io.revproc.cli.server;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** Takes messages on a port and answers them, each connection on its own virtual thread. */
public final class QuickServer implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;
    private static final int BACKLOG = 512;

    /** Is told what happens, from several threads. */
    public interface Observer {
        /** @param failure why there was no answer; empty if there was one */
        void answered(Message.Data message, long nanos, String failure);
    }

    private final Ident id;
    private final Answerer answerer;
    private final Observer observer;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Listens at once.
     *
     * @param port 0 for any free one
     * @param tls  null: in plain text
     * @throws IOException if the port can't be had
     */
    public QuickServer(InetAddress address, int port, Ident id, Answerer answerer, @Nullable TlsSockets tls,
            Observer observer) throws IOException {
        this.id = id;
        this.answerer = answerer;
        this.observer = observer;
        if (tls == null) {
            listener = new ServerSocket();
            listener.bind(new InetSocketAddress(address, port), BACKLOG);
        } else {
            listener = tls.listen(address, port, BACKLOG);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // Closed, or a peer that went away at once; the loop's condition tells.
            }
        }
    }

    private void serve(Socket socket) {
        MessageFramer framer = new MessageFramer(MAX_MESSAGE);
        ReentrantLock writing = new ReentrantLock();
        byte[] buffer = new byte[16 * 1024];
        try (socket) {
            for (int n = socket.getInputStream().read(buffer); n > 0; n = socket.getInputStream().read(buffer)) {
                framer.offer(buffer, 0, n);
                for (var event = framer.poll(); event != MessageFramer.Event.NEED_MORE; event = framer.poll()) {
                    if (event != MessageFramer.Event.MESSAGE) {
                        return;
                    }
                    handle(MessageCodec.read(framer.array(), framer.start(), framer.end()), socket, writing);
                }
                framer.park();
            }
        } catch (IOException | WireException e) {
            // Whoever sends what is no message, or leaves, is none of our concern.
        } finally {
            open.remove(socket);
        }
    }

    /** Named messages may be answered in any order, so that a slow command holds up nobody; the others take their turn. */
    private void handle(Message message, Socket socket, ReentrantLock writing) throws IOException {
        if (!(message instanceof Message.Data data)) {
            return;
        }
        if (data.msgId() == null || answerer == Answerer.SHA_1) {
            answer(data, socket, writing);
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                answer(data, socket, writing);
            } catch (IOException e) {
                closeQuietly(socket);
            }
        });
    }

    private void answer(Message.Data data, Socket socket, ReentrantLock writing) throws IOException {
        long start = System.nanoTime();
        String payload;
        try {
            payload = answerer.answer(data);
        } catch (IOException e) {
            observer.answered(data, System.nanoTime() - start, String.valueOf(e.getMessage()));
            throw e;
        }
        byte[] ack = MessageCodec.write(Message.Ack.of(id, data.srcId(), payload, data.msgId()));
        writing.lock();
        try {
            OutputStream out = socket.getOutputStream();
            out.write(ack);
        } finally {
            writing.unlock();
        }
        observer.answered(data, System.nanoTime() - start, "");
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
        open.forEach(QuickServer::closeQuietly);
    }
}
