package io.revproc.bench;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.OperatingSystemMXBean;
import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.server.PolicyServer;
import io.revproc.server.Reply;

/**
 * Measures what the Java library costs, through a proxy that runs already; client and server are processes of their own:
 *
 * <pre>
 * LibraryThroughput server 8123 threads|loop
 * LibraryThroughput client 8123 async|blocking [in flight, 64]
 * </pre>
 *
 * <p>The client warms up, sends for some seconds, and prints messages a second, its processor time per message, and latencies. The server
 * prints its processor time per message once a second.
 */
public final class LibraryThroughput {
    private static final Duration WARM_UP = Duration.ofSeconds(12);
    private static final Duration MEASURED = Duration.ofSeconds(8);
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
            .getOperatingSystemMXBean();

    private LibraryThroughput() {}

    public static void main(String[] args) throws InterruptedException {
        if (args[0].equals("server")) {
            serve(args[1], args[2].equals("loop"));
        } else {
            int inFlight = args.length > 3 ? Integer.parseInt(args[3]) : 64;
            try (RevprocClient client = RevprocClient.builder().proxies(args[1]).connections(1)
                    .maxInFlight(inFlight + 1).build()) {
                new Sending(client, inFlight, args[2].equals("blocking")).run();
            }
        }
    }

    private static void serve(String proxy, boolean onLoop) throws InterruptedException {
        PolicyServer.Builder builder = PolicyServer.builder().proxies(proxy).id("1").handle("PP_1",
                request -> Reply.of(HexFormat.of().formatHex(sha1().digest(request.payload()))));
        if (onLoop) {
            builder.executor(Runnable::run);
        }
        try (PolicyServer server = builder.build().start()) {
            long messages = server.answered();
            long cpu = SYSTEM.getProcessCpuTime();
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                long more = server.answered() - messages;
                long used = SYSTEM.getProcessCpuTime() - cpu;
                messages += more;
                cpu += used;
                if (more > 1000) {
                    System.out.printf("server: %,d messages/s, %.2f us of processor time each%n", more,
                            used / 1e3 / more);
                }
            }
        }
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps so many messages in flight. */
    private static final class Sending {
        private final RevprocClient client;
        private final int inFlight;
        private final boolean blocking;
        private final Semaphore free;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final Request request = Request.to("PP_1").payload("x".repeat(32).getBytes(StandardCharsets.UTF_8));
        private final long[] nanos = new long[4_000_000];
        private volatile long measuredFrom = Long.MAX_VALUE;
        private volatile long end = Long.MAX_VALUE;

        Sending(RevprocClient client, int inFlight, boolean blocking) {
            this.client = client;
            this.inFlight = inFlight;
            this.blocking = blocking;
            free = new Semaphore(inFlight);
        }

        void run() throws InterruptedException {
            Thread[] threads = new Thread[blocking ? inFlight : 1];
            Arrays.setAll(threads, i -> Thread.ofVirtual().start(this::send));
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            sent.set(0);
            long start = System.nanoTime();
            long cpu = SYSTEM.getProcessCpuTime();
            measuredFrom = start;
            TimeUnit.NANOSECONDS.sleep(MEASURED.toNanos());
            long messages = sent.get();
            double seconds = (System.nanoTime() - start) / 1e9;
            long used = SYSTEM.getProcessCpuTime() - cpu;
            end = System.nanoTime();
            for (Thread thread : threads) {
                thread.join();
            }
            long[] sorted = Arrays.copyOf(nanos, (int) Math.min(messages, nanos.length));
            Arrays.sort(sorted);
            System.out.printf(
                    "client: %,.0f messages/s, %.2f us of processor time each, p50 %.0f us, p99 %.0f us, failed %d%n",
                    messages / seconds, used / 1e3 / messages, sorted[sorted.length / 2] / 1e3,
                    sorted[(int) (sorted.length * 0.99)] / 1e3, failed.get());
        }

        private void send() {
            while (end == Long.MAX_VALUE) {
                long start = System.nanoTime();
                if (blocking) {
                    client.call(request);
                    done(start);
                } else {
                    free.acquireUninterruptibly();
                    client.send(request).whenComplete((reply, failure) -> {
                        free.release();
                        if (failure != null) {
                            failed.incrementAndGet();
                        }
                        done(start);
                    });
                }
            }
        }

        private void done(long start) {
            long n = sent.getAndIncrement();
            if (n < nanos.length && measuredFrom != Long.MAX_VALUE) {
                nanos[(int) n] = System.nanoTime() - start;
            }
        }
    }
}
