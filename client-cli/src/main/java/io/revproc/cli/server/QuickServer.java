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
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.ServerRefusal;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** Takes messages on a port and answers them, each connection on its own virtual thread. */
public final class QuickServer implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;
    /** The bytes of a message over our limit that are read to get behind it: the largest limit that a proxy can have. */
    private static final long MAX_SKIPPED = 64L << 20;
    private static final int BACKLOG = 512;
    /** The most bytes that a peer may still send after our last answer. */
    private static final int LINGER_MILLIS = 1_000;
    private static final int MAX_UNREAD = 1 << 20;

    /** Is told what happens, from several threads. */
    public interface Observer {
        /** @param failure why there was no answer; empty if there was one */
        void answered(Message.Data message, long nanos, String failure);

        /** A message was refused before anybody was asked for its answer. */
        void refused(String sentence);
    }

    private final Ident id;
    private final Leases leases;
    private final Answerer answerer;
    private final Observer observer;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Listens at once.
     *
     * @param port   0 for any free one
     * @param leases what it answers; the rest is refused
     * @param tls  null: in plain text
     * @throws IOException if the port can't be had
     */
    public QuickServer(InetAddress address, int port, Ident id, Leases leases, Answerer answerer,
            @Nullable TlsSockets tls, Observer observer) throws IOException {
        this.id = id;
        this.leases = leases;
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
        Connection connection = new Connection(socket);
        try (socket) {
            connection.run();
        } catch (IOException e) {
            // Whoever leaves is none of our concern.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** One connection: of the proxy that said hello with a lease, or of a proxy that speaks Part 1. */
    private final class Connection {
        private final Socket socket;
        private final MessageFramer framer = new MessageFramer(MAX_MESSAGE);
        private final ReentrantLock writing = new ReentrantLock();
        private boolean hello;
        /** The policy of the hello's lease; null: none of ours. */
        private @Nullable Set<Ident> policies;
        private boolean ending;

        Connection(Socket socket) {
            this.socket = socket;
        }

        void run() throws IOException, InterruptedException {
            byte[] buffer = new byte[16 * 1024];
            for (int n = socket.getInputStream().read(buffer); n > 0; n = socket.getInputStream().read(buffer)) {
                framer.offer(buffer, 0, n);
                for (var event = framer.poll(); event != MessageFramer.Event.NEED_MORE; event = framer.poll()) {
                    handle(event);
                    if (event == MessageFramer.Event.FRAMING_LOST || event == MessageFramer.Event.TOO_LARGE
                            && !framer.skipping()) {
                        ending = true;
                        break;
                    }
                }
                framer.park();
                if (ending) {
                    end(buffer);
                    return;
                }
            }
        }

        /** Closing while bytes are unread would reset the connection, and the reset may overtake our last answer. */
        private void end(byte[] buffer) throws IOException {
            socket.shutdownOutput();
            socket.setSoTimeout(LINGER_MILLIS);
            for (int left = MAX_UNREAD; left > 0;) {
                int n = socket.getInputStream().read(buffer);
                if (n < 0) {
                    return;
                }
                left -= n;
            }
        }

        private void handle(MessageFramer.Event event) throws IOException, InterruptedException {
            switch (event) {
                case MESSAGE -> message();
                case TOO_LARGE -> {
                    framer.skip(MAX_SKIPPED);
                    refuse(ErrorCode.TOO_LARGE, "The message is over the limit of " + MAX_MESSAGE + " bytes");
                }
                default -> refuse(ErrorCode.BAD_MESSAGE, framer.reason());
            }
        }

        private void message() throws IOException, InterruptedException {
            Message message;
            try {
                message = MessageCodec.read(framer.array(), framer.start(), framer.end());
            } catch (WireException e) {
                refuse(e.code(), e.sentence());
                return;
            }
            switch (message) {
                case Message.Hello(String lease) -> {
                    hello = true;
                    policies = leases.policiesOf(lease);
                    // What came with it is refused one by one, so that the proxy knows that nothing was done with it.
                    ending = policies == null;
                }
                case Message.Data data when !mayCome(data.policy()) ->
                    refuse(ErrorCode.NOT_SERVED, hello
                            ? "The lease of this connection's hello is not one for this policy at this server"
                            : "This server takes messages for this policy, if at all, only from its proxy, whose connections begin with"
                                    + " a hello (type 7)");
                case Message.Data data -> data(data);
                default -> refuse(ErrorCode.BAD_MESSAGE, "This port answers messages of type 0");
            }
        }

        private boolean mayCome(Ident wanted) throws InterruptedException {
            return hello ? policies != null && policies.contains(wanted) : leases.withoutHello(wanted);
        }

        /** Named messages may be answered in any order, so that a slow command holds up nobody; the others take their turn. */
        private void data(Message.Data data) throws IOException {
            if (data.msgId() == null || answerer == Answerer.SHA_1) {
                answer(data);
                return;
            }
            Thread.ofVirtual().start(() -> {
                try {
                    answer(data);
                } catch (IOException e) {
                    closeQuietly(socket);
                }
            });
        }

        private void answer(Message.Data data) throws IOException {
            long start = System.nanoTime();
            byte[] answer;
            String failure = "";
            try {
                answer = MessageCodec
                        .write(Message.Ack.of(id, data.srcId(), answerer.answer(data), data.msgId()));
            } catch (IOException e) {
                failure = String.valueOf(e.getMessage());
                answer = refusal(ErrorCode.SERVER_FAILED, "The server has no answer: " + failure, data.msgId(),
                        data.srcId());
            }
            write(answer);
            observer.answered(data, System.nanoTime() - start, failure);
        }

        private void refuse(ErrorCode code, String sentence) throws IOException {
            observer.refused(sentence);
            write(refusal(code, sentence, ServerRefusal.msgId(framer), ServerRefusal.client(framer)));
        }

        private byte[] refusal(ErrorCode code, String sentence, @Nullable Ident msgId, @Nullable Ident client) {
            return hello
                    ? ServerRefusal.write(code, sentence, msgId)
                    : ServerRefusal.writePart1(code, sentence, msgId, client);
        }

        private void write(byte[] bytes) throws IOException {
            writing.lock();
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
            } finally {
                writing.unlock();
            }
        }
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
