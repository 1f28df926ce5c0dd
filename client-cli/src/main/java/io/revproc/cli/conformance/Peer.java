package io.revproc.cli.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** One connection with whoever is tested. One thread reads, any thread writes. */
final class Peer implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 << 20;

    private final Socket socket;
    private final MessageFramer framer = new MessageFramer(MAX_MESSAGE);
    private final byte[] buffer = new byte[64 * 1024];

    /**
     * A message that came.
     *
     * @param raw as it came
     */
    record Said(String raw, Message message) {}

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
    }

    Socket socket() {
        return socket;
    }

    /** Writes all of it at once. */
    void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** Writes in pieces of so many bytes, each on its own way. */
    void sendInPieces(String text, int size) throws IOException, InterruptedException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        for (int at = 0; at < bytes.length; at += size) {
            out.write(bytes, at, Math.min(size, bytes.length - at));
            out.flush();
            Thread.sleep(0, 200_000);
        }
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /**
     * Waits for the next message.
     *
     * @return null at the end of the connection
     * @throws SocketTimeoutException if none comes in time
     * @throws CheckException if what comes is none
     */
    @Nullable
    Said next(int millis) throws IOException, CheckException {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (true) {
            switch (framer.poll()) {
                case MESSAGE -> {
                    return read();
                }
                case NEED_MORE -> {
                    framer.park();
                    int left = (int) ((end - System.nanoTime()) / 1_000_000);
                    if (left <= 0) {
                        throw new SocketTimeoutException("nothing came in " + millis + " ms");
                    }
                    socket.setSoTimeout(left);
                    int n = socket.getInputStream().read(buffer);
                    if (n < 0) {
                        if (framer.hasPartial()) {
                            throw CheckException.failed("The connection ended in the middle of a message.");
                        }
                        return null;
                    }
                    framer.offer(buffer, 0, n);
                }
                case BAD_MESSAGE, FRAMING_LOST, TOO_LARGE -> throw CheckException
                        .failed("What came is not a message: " + framer.reason() + ".");
            }
        }
    }

    private Said read() throws CheckException {
        try {
            return new Said(new String(framer.array(), framer.start(), framer.end() - framer.start(),
                    StandardCharsets.UTF_8), MessageCodec.read(framer.array(), framer.start(), framer.end()));
        } catch (WireException e) {
            throw CheckException.failed("What came is not a message of the protocol: " + e.sentence());
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }
}
