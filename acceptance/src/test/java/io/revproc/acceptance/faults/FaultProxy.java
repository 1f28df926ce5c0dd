package io.revproc.acceptance.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A bad link: passes bytes on to a port, and does to them what it is told. Thread-safe. */
final class FaultProxy implements AutoCloseable {
    /** What is done to the bytes that come from now on. */
    enum Fault {
        NONE,
        /** Each piece is held back for a while. */
        DELAY,
        /** Each byte goes in a segment of its own. */
        BYTE_BY_BYTE,
        /** Nothing comes through, and nobody is told. */
        BLACK_HOLE,
        /** Each piece comes twice. */
        DUPLICATE
    }

    private static final Duration DELAY = Duration.ofMillis(30);

    private final ServerSocket listening;
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Fault forth = Fault.NONE;
    private volatile Fault back = Fault.NONE;

    private record Link(Socket near, Socket far, AtomicBoolean halfClosed) {
        void close() throws IOException {
            near.close();
            far.close();
        }
    }

    /** @param target a port of this machine */
    FaultProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("fault-proxy").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** On the way to the target. */
    FaultProxy forth(Fault fault) {
        forth = fault;
        return this;
    }

    /** On the way back from the target. */
    FaultProxy back(Fault fault) {
        back = fault;
        return this;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listening.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                Link link = new Link(near, far, new AtomicBoolean());
                links.add(link);
                Thread.ofVirtual().start(() -> pump(link, near, far, true));
                Thread.ofVirtual().start(() -> pump(link, far, near, false));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pump(Link link, Socket from, Socket to, boolean there) {
        byte[] bytes = new byte[8 * 1024];
        try {
            int n;
            OutputStream out = to.getOutputStream();
            while ((n = from.getInputStream().read(bytes)) >= 0) {
                pass(bytes, n, out, link.halfClosed().get() && there ? Fault.BLACK_HOLE : there ? forth : back);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            links.remove(link);
            try {
                link.close();
            } catch (IOException again) {
                // both ends are gone
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(byte[] bytes, int n, OutputStream out, Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case NONE -> out.write(bytes, 0, n);
            case DELAY -> {
                closed.await(DELAY.toMillis(), TimeUnit.MILLISECONDS);
                out.write(bytes, 0, n);
            }
            case BYTE_BY_BYTE -> {
                for (int i = 0; i < n; i++) {
                    out.write(bytes, i, 1);
                }
            }
            case BLACK_HOLE -> {
            }
            case DUPLICATE -> {
                out.write(bytes, 0, n);
                out.write(bytes, 0, n);
            }
        }
    }

    /** Ends all connections, wherever their bytes are. */
    void cut() throws IOException {
        for (Link link : List.copyOf(links)) {
            links.remove(link);
            link.close();
        }
    }

    /** Ends all connections with a reset on both sides. */
    void reset() throws IOException {
        for (Link link : links) {
            link.near().setSoLinger(true, 0);
            link.far().setSoLinger(true, 0);
        }
        cut();
    }

    /** Tells the target that nothing more comes; what comes all the same is dropped. Answers still come back. */
    void halfClose() throws IOException {
        for (Link link : links) {
            link.halfClosed().set(true);
            link.far().shutdownOutput();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listening.close();
            cut();
        } catch (IOException e) {
            // gone is gone
        }
    }
}
