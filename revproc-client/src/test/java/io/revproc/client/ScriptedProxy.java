package io.revproc.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** The client side of a proxy, over real sockets. What becomes of a message is up to the test. */
final class ScriptedProxy implements AutoCloseable {
    /** Every message that came, in order of arrival. */
    final List<Message.Data> received = new CopyOnWriteArrayList<>();
    /** Every token that was shown, in order of arrival. */
    final List<String> tokens = new CopyOnWriteArrayList<>();
    volatile BiConsumer<Peer, Message.Introduction> onToken = (peer, introduction) -> peer
            .send(new Message.Introduced(Duration.ofMinutes(1), introduction.msgId()));
    final List<Peer> peers = new CopyOnWriteArrayList<>();
    volatile BiConsumer<Peer, Message.Data> script;
    private final int port;
    private volatile @Nullable ServerSocket listening;

    ScriptedProxy(BiConsumer<Peer, Message.Data> script) {
        this.script = script;
        port = open(0);
    }

    /** Answers with the payload. */
    static ScriptedProxy echo() {
        return new ScriptedProxy((peer, message) -> peer.answer(message, message.payload()));
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void restart() {
        open(port);
    }

    private int open(int at) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
            listening = socket;
            Thread.startVirtualThread(() -> accept(socket));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Peer peer = new Peer(socket.accept());
                peers.add(peer);
                Thread.startVirtualThread(() -> serve(peer));
            }
        } catch (IOException e) {
            // stopped
        }
    }

    private void serve(Peer peer) {
        MessageFramer framer = new MessageFramer(8 << 20);
        byte[] buffer = new byte[64 * 1024];
        try (Socket socket = peer.socket) {
            for (int n = socket.getInputStream().read(buffer); n > 0; n = socket.getInputStream().read(buffer)) {
                framer.offer(buffer, 0, n);
                while (framer.poll() == MessageFramer.Event.MESSAGE) {
                    Message message = MessageCodec.read(framer.array(), framer.start(), framer.end());
                    if (message instanceof Message.Introduction introduction) {
                        tokens.add(introduction.token());
                        onToken.accept(peer, introduction);
                    } else {
                        Message.Data data = (Message.Data) message;
                        received.add(data);
                        script.accept(peer, data);
                    }
                }
                framer.park();
            }
        } catch (IOException e) {
            // the client went, or the test cut it
        } catch (WireException e) {
            throw new AssertionError(e.sentence());
        } finally {
            peers.remove(peer);
        }
    }

    /** One connection. Thread-safe. */
    static final class Peer {
        final Socket socket;

        Peer(Socket socket) {
            this.socket = socket;
        }

        synchronized void send(String text) {
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // the client went
            }
        }

        void send(Message message) {
            send(new String(MessageCodec.write(message), StandardCharsets.UTF_8));
        }

        void answer(Message.Data to, String payload) {
            send(Message.Ack.of(Ident.of(7), to.srcId(), payload, to.msgId()));
        }

        void refuse(Message.Data to, ErrorCode code) {
            send(new Message.Refusal(code, "a sentence", to.msgId(), false, null));
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** As a proxy that died: nothing listens, every connection is cut. */
    void stop() {
        ServerSocket socket = listening;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        peers.forEach(Peer::close);
    }

    @Override
    public void close() {
        stop();
    }
}
