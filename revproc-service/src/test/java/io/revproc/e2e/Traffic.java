package io.revproc.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Messages through several proxies all the while, one after the other through each. Each message is answered by a server of its
 * policy, or refused with a code; anything else is a failure of the test.
 */
final class Traffic {
    private static final int PACE_MILLIS = 5;
    private static final int PATIENCE_SECONDS = 60;

    private final List<Map.Entry<String, Integer>> routes;
    private final ScheduledExecutorService clock;
    private final List<Sender> senders = new ArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();

    /** @param routes policies, and the only server that may answer for each */
    Traffic(List<TestProxy> proxies, Map<String, Integer> routes) {
        this.routes = List.copyOf(routes.entrySet());
        clock = Executors.newScheduledThreadPool(proxies.size());
        for (TestProxy proxy : proxies) {
            Sender sender = new Sender(proxy.connect());
            senders.add(sender);
            clock.scheduleWithFixedDelay(sender, 0, PACE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** A client of one proxy; belongs to one turn of the clock at a time. */
    private final class Sender implements Runnable {
        private final Client client;
        private final AtomicInteger answered = new AtomicInteger();
        private int sent;

        private Sender(Client client) {
            this.client = client;
        }

        @Override
        public void run() {
            Map.Entry<String, Integer> route = routes.get(sent % routes.size());
            String payload = "message " + sent++;
            try {
                JsonNode reply = client.send(Json.data(7, route.getKey(), payload)).next();
                if (reply.has("code")) {
                    refused.add(route.getKey() + " " + reply.get("code").asString());
                } else if (reply.path("payload").asString("").equals(Json.sha1(payload))
                        && reply.path("srcid").asInt(-1) == route.getValue()) {
                    answered.incrementAndGet();
                } else {
                    wrong.add("to " + route + ": " + reply);
                }
            } catch (IOException | RuntimeException e) {
                wrong.add("no reply: " + e);
                throw new IllegalStateException(e); // ends this sender
            }
        }
    }

    /** Waits until so many more messages were answered through each proxy. */
    void awaitAnswers(int more) {
        for (Sender sender : senders) {
            int enough = sender.answered.get() + more;
            await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .until(() -> sender.answered.get() >= enough || !wrong.isEmpty());
        }
        assertThat(wrong).isEmpty();
    }

    /** Ends it; answers which messages were refused, with their codes. */
    List<String> end() throws Exception {
        clock.shutdown();
        assertThat(clock.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        for (Sender sender : senders) {
            sender.client.close();
        }
        assertThat(wrong).isEmpty();
        return refused;
    }
}
