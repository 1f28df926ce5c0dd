package io.revproc.acceptance.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

/**
 * A client that counts: sends messages over one connection at a time, matches each reply to its message, and connects again when
 * the connection ends. Two threads of its own.
 */
final class CountingClient implements AutoCloseable {
    private static final int BATCH = 16 * 1024;
    /** Generous: only a reply that never comes takes so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;
    private final Ledger ledger;
    private final Shot.Source source;
    private final Plan plan;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean giveUp;

    /**
     * @param window most unanswered messages
     * @param pause  between two messages; zero: as fast as answers come
     * @param pieces whether now and then bytes leave in pieces, cut anywhere
     */
    record Plan(int window, Duration pause, boolean pieces) {
        /** A steady load of some hundred messages per second. */
        static final Plan STEADY = new Plan(48, Duration.ofMillis(2), false);
        static final Plan FAST = new Plan(48, Duration.ZERO, false);
    }

    CountingClient(int port, Ledger ledger, Shot.Source source, Plan plan) {
        this.port = port;
        this.ledger = ledger;
        this.source = source;
        this.plan = plan;
        this.thread = Thread.ofVirtual().name("counting-client").start(this::run);
    }

    private void run() {
        try {
            while (stop.getCount() > 0) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setTcpNoDelay(true);
                    if (new Talk(socket).hold()) {
                        return;
                    }
                } catch (IOException e) {
                    // the proxy is not there: again in a moment
                    stop.await(20, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One connection. */
    private final class Talk {
        private final Socket socket;
        private final Semaphore window = new Semaphore(plan.window());
        private final Deque<Shot> ordered = new ArrayDeque<>();
        private final Map<String, Deque<Shot>> byId = new HashMap<>();
        private final Random random = new Random(1);
        private final byte[] batch = new byte[BATCH];
        private int filled;
        private int unanswered;
        private boolean ended;
        private boolean inOrder;
        private boolean goingAway;
        private boolean abandoned;

        Talk(Socket socket) {
            this.socket = socket;
        }

        /** Answers whether there is nothing more to send. */
        boolean hold() throws IOException, InterruptedException {
            Thread reader = Thread.ofVirtual().name("counting-reader").start(this::read);
            boolean done = false;
            try {
                done = send(socket.getOutputStream());
            } catch (IOException e) {
                // the reader sees the end as well, and it knows which kind it is
            }
            awaitReplies();
            socket.shutdownOutput();
            reader.join(PATIENCE);
            return done;
        }

        private boolean send(OutputStream out) throws IOException, InterruptedException {
            while (stop.getCount() > 0 && !over()) {
                if (!window.tryAcquire()) {
                    flush(out);
                    if (!window.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                        continue;
                    }
                }
                @Nullable
                Shot shot = source.next();
                if (shot == null) {
                    flush(out);
                    return true;
                }
                if (!expect(shot)) {
                    return false;
                }
                if (shot.bytes().length > batch.length - filled) {
                    flush(out);
                }
                if (shot.bytes().length > batch.length) {
                    out.write(shot.bytes());
                } else {
                    System.arraycopy(shot.bytes(), 0, batch, filled, shot.bytes().length);
                    filled += shot.bytes().length;
                }
                if (!plan.pause().isZero()) {
                    flush(out);
                    stop.await(plan.pause().toNanos(), TimeUnit.NANOSECONDS);
                }
            }
            flush(out);
            return false;
        }

        private void flush(OutputStream out) throws IOException {
            int from = 0;
            if (plan.pieces() && filled > 1 && random.nextInt(4) == 0) {
                for (int cuts = 1 + random.nextInt(6); cuts > 0 && from < filled - 1; cuts--) {
                    int to = from + 1 + random.nextInt(filled - from - 1);
                    out.write(batch, from, to - from);
                    from = to;
                }
            }
            int rest = filled;
            filled = 0;
            out.write(batch, from, rest - from);
        }

        /** Answers false, and settles it, if the connection has ended since it was looked at: then it must not leave. */
        private synchronized boolean expect(Shot shot) {
            if (ended) {
                end(shot);
                return false;
            }
            unanswered++;
            if (shot.msgId().isEmpty()) {
                ordered.add(shot);
            } else {
                byId.computeIfAbsent(shot.msgId(), id -> new ArrayDeque<>(1)).add(shot);
            }
            return true;
        }

        private synchronized boolean over() {
            return ended || goingAway;
        }

        private synchronized void awaitReplies() throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (unanswered > 0 && !ended && !giveUp && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.timedWait(this, 100);
            }
            abandoned = unanswered > 0 && !ended;
        }

        private void read() {
            boolean clean = false;
            try (InputStream in = socket.getInputStream(); JsonParser parser = Seen.parser(in)) {
                Seen reply;
                while ((reply = Seen.next(parser)) != null) {
                    take(reply);
                }
                clean = true;
            } catch (IOException | JacksonException e) {
                // broken
            } finally {
                settle(clean);
            }
        }

        private synchronized void take(Seen reply) {
            @Nullable
            Shot shot = reply.msgId().isEmpty() ? ordered.poll() : withId(reply);
            if (shot == null) {
                ledger.complain("a reply to nothing: " + reply);
                return;
            }
            unanswered--;
            if (reply.code().isEmpty()) {
                ledger.answered(shot.number(), reply.type() == 2 && reply.payload().equals(shot.ack()));
            } else {
                goingAway |= reply.code().equals("SHUTTING_DOWN");
                ledger.refused(shot.number(), reply.code());
            }
            window.release();
            notifyAll();
        }

        /** Ids may be used twice at once: the answer says which one it is. */
        private @Nullable Shot withId(Seen reply) {
            Deque<Shot> shots = byId.get(reply.msgId());
            if (shots == null) {
                return null;
            }
            Shot found = shots.stream().filter(shot -> shot.ack().equals(reply.payload())).findFirst()
                    .orElseGet(shots::getFirst);
            shots.remove(found);
            if (shots.isEmpty()) {
                byId.remove(reply.msgId());
            }
            return found;
        }

        private synchronized void settle(boolean clean) {
            ended = true;
            inOrder = clean;
            ordered.forEach(this::end);
            byId.values().forEach(shots -> shots.forEach(this::end));
            notifyAll();
        }

        private void end(Shot shot) {
            if (giveUp || abandoned) {
                return; // it stays without an answer
            }
            if (inOrder) {
                ledger.closed(shot.number());
            } else {
                ledger.broken(shot.number());
            }
        }
    }

    /** Sends no more, and waits for the replies that are owed. */
    void finish() throws InterruptedException {
        stop.countDown();
        awaitEnd();
    }

    /** Waits until its source has no more, and the replies are there. */
    void awaitEnd() throws InterruptedException {
        if (!thread.join(PATIENCE.multipliedBy(5))) {
            ledger.complain("a client does not come to an end");
        }
    }

    @Override
    public void close() {
        giveUp = true;
        stop.countDown();
        thread.interrupt();
    }
}
