import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The registration of a server: setup, heartbeats, register anew, drain. One policy, one proxy. Its thread is the one that calls keep(). */
final class Registration {
    private static final int ANSWER_MILLIS = 5_000, DRAIN_MILLIS = 5_000;

    private final Options options;
    private final int port;
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean stopping;
    /** The current lease; null if there is none. */
    private volatile String lease;

    Registration(Options options, int port) {
        this.options = options;
        this.port = port;
    }

    boolean isOurs(Object lease) {
        return lease != null && lease.equals(this.lease);
    }

    /** Asks it to leave; keep() returns then. */
    void stop() {
        stopping = true;
        wake.release();
    }

    /** Waits for the time, or until something has happened. */
    private void nap(long millis) throws InterruptedException {
        if (wake.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /**
     * Returns when the server has left in order. If the session ends before that, it registers anew after a pause.
     *
     * @param answered returns when no message is in hand
     */
    void keep(Runnable answered) throws InterruptedException {
        for (int failures = 1; !stopping; failures++) {
            long began = System.nanoTime();
            long longest = 2_000;
            try (Wire wire = Wire.connect(options.proxy(), options.tls(), ANSWER_MILLIS)) {
                session(wire, answered);
                return;
            } catch (IOException e) {
                System.err.println("not registered: " + e.getMessage());
                longest = e instanceof Session.Refused no && no.forGood && lease == null ? 30_000 : longest;
            }
            lease = null;
            failures = System.nanoTime() - began > 5_000_000_000L ? 1 : Math.min(failures, 10);
            long pause = Math.min(50L << failures, longest);
            wake.drainPermits();
            if (!stopping) {
                nap(ThreadLocalRandom.current().nextLong(pause / 2, pause)); // half is random: others come back as well
            }
        }
    }

    private void session(Wire wire, Runnable answered) throws IOException, InterruptedException {
        Session session = new Session(wire, setUp(wire), wake::release);
        lease = session.lease;
        System.out.println("registered " + options.policy() + " as server " + options.get("id", "1"));
        long leaveAt = Long.MAX_VALUE;
        while (!session.over() && !session.drained() && System.currentTimeMillis() < leaveAt) {
            session.send(3);
            nap(session.heartbeatMillis);
            if (stopping && leaveAt == Long.MAX_VALUE) {
                leaveAt = System.currentTimeMillis() + DRAIN_MILLIS;
                session.send(4); // ask for no new messages; finish those we have
            }
        }
        if (session.drained()) {
            answered.run();
        }
        session.leave(ANSWER_MILLIS);
    }

    private Map<String, Object> setUp(Wire wire) throws IOException, InterruptedException {
        while (true) {
            wire.send(JsonText.message("type", 1, "proto", 2, "id", options.get("id", "1"), "privPolyId", options.policy(),
                    "listenport", port, "mux", true, "maxInFlight", 256, "tls", options.get("cert", null) != null,
                    "token", options.get("token", null)));
            Map<String, Object> answer = wire.next();
            if (stopping || answer == null || !"ID_TAKEN".equals(answer.get("code"))) {
                return Session.checked(answer);
            }
            nap(ThreadLocalRandom.current().nextLong(500, 1_000)); // a live server has our id; we get it when its lease is lost
        }
    }
}
