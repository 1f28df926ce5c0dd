package io.revproc.bench;

import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.server.PolicyServer;
import io.revproc.server.Reply;
import io.revproc.spring.PolicyHandler;
import io.revproc.wire.PayloadDigest;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * A client or a server by the Java library, for {@link LibraryComparison}. Each runs until it is ended:
 *
 * <pre>
 * LibraryThroughput server PORT threads|loop|spring
 * LibraryThroughput client PORT async|blocking IN_FLIGHT
 * </pre>
 *
 * <p>A server answers with the SHA-1 of the payload. A client prints how many messages were answered, once a second.
 */
public final class LibraryThroughput {
    private static final String POLICY = "PP_1";
    private static final int PAYLOAD = 32;

    private LibraryThroughput() {}

    public static void main(String[] args) throws InterruptedException {
        String proxy = "127.0.0.1:" + args[1];
        if (args[0].equals("server")) {
            serve(proxy, args[2]);
        } else {
            send(proxy, args[2].equals("blocking"), Integer.parseInt(args[3]));
        }
    }

    private static void serve(String proxy, String kind) {
        if (kind.equals("spring")) {
            SpringApplication.run(Spring.class, "--revproc.server.proxies=" + proxy, "--logging.level.root=warn");
            return;
        }
        PolicyServer.Builder builder = PolicyServer.builder().proxies(proxy).id("1").handle(POLICY,
                request -> Reply.of(PayloadDigest.of(request.payload())));
        if (kind.equals("loop")) {
            builder.executor(Runnable::run);
        }
        builder.build().start();
    }

    /** The same by the starter. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Spring {
        @PolicyHandler(POLICY)
        String digest(byte[] payload) {
            return PayloadDigest.of(payload);
        }
    }

    private static void send(String proxy, boolean blocking, int inFlight) throws InterruptedException {
        Request request = Request.to(POLICY).payload("x".repeat(PAYLOAD));
        AtomicLong answered = new AtomicLong();
        try (RevprocClient client = RevprocClient.builder().proxies(proxy).connections(1).maxInFlight(inFlight)
                .build()) {
            Semaphore free = new Semaphore(inFlight);
            Thread[] threads = new Thread[blocking ? inFlight : 1];
            Arrays.setAll(threads, i -> Thread.ofVirtual().start(() -> {
                while (!Thread.interrupted()) {
                    if (blocking) {
                        client.call(request);
                        answered.incrementAndGet();
                    } else {
                        free.acquireUninterruptibly();
                        client.send(request).thenRun(() -> {
                            answered.incrementAndGet();
                            free.release();
                        });
                    }
                }
            }));
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                System.out.println(answered.get());
            }
        }
    }
}
