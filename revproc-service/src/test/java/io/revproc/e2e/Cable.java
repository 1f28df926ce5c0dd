package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The network between one proxy and a server, or a member of etcd, which the test can cut and mend. Thread-safe. */
final class Cable implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean cut;
    private volatile int swallowed;
    private int connected;
    private final AtomicLong lost = new AtomicLong();

    /** @param target a port on loopback */
    Cable(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().name("cable").start(this::accept);
    }

    String endpoint() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    int port() {
        return listening.getLocalPort();
    }

    /** From now on nothing of what is said on the present connections arrives, and nobody is told. New ones are fine. */
    synchronized void swallow() {
        swallowed = connected;
    }

    /** Returns how many bytes have not arrived since then. */
    long lost() {
        return lost.get();
    }

    /** Puts bytes of its own into the newest connection, towards who opened it. */
    synchronized void inject(byte[] bytes) throws IOException {
        sockets.get(sockets.size() - 2).getOutputStream().write(bytes);
    }

    private void accept() {
        try {
            while (true) {
                connect(listening.accept());
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    private synchronized void connect(Socket proxy) throws IOException {
        if (cut) {
            proxy.close();
            return;
        }
        sockets.add(proxy);
        try {
            Socket member = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(member);
            int number = ++connected;
            Thread.ofVirtual().start(() -> copy(proxy, member, number));
            Thread.ofVirtual().start(() -> copy(member, proxy, number));
        } catch (IOException e) {
            proxy.close(); // the member is not there
        }
    }

    private void copy(Socket from, Socket to, int number) {
        try (from; to) {
            to.setTcpNoDelay(true);
            byte[] bytes = new byte[8192];
            int n;
            while ((n = from.getInputStream().read(bytes)) >= 0) {
                if (number > swallowed) {
                    to.getOutputStream().write(bytes, 0, n);
                } else {
                    lost.addAndGet(n);
                }
            }
        } catch (IOException e) {
            // cut, or one of the two ended
        }
    }

    /** Ends every connection, and lets none come about until {@link #mend}. */
    synchronized void cut() {
        cut = true;
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        sockets.clear();
    }

    synchronized void mend() {
        cut = false;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
