package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** A registrar with a table, a clock that stands still until told, and connections that keep what they were sent. */
final class RegistrationBench {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    static final RegistrationSettings DEFAULTS = properties(200_000, 10_000);

    private static final Pattern TYPE = Pattern.compile("\"type\": ?\"?(\\d)\\b");

    long now = 1_000_000_000L;
    final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH.plusNanos(now), () -> now);
    final Registrar registrar;
    final @Nullable RulesInForce rules;
    final @Nullable RuleKeeper keeper;
    final List<String> notes = new ArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();

    RegistrationBench() {
        this(DEFAULTS, Admission.from(DEFAULTS.allowedCidrs()));
    }

    RegistrationBench(RegistrationSettings properties, Admission admission) {
        rules = null;
        keeper = null;
        registrar = new Registrar(table, admission, properties, new ServerLimits(1, 256),
                () -> "lease-" + ids.incrementAndGet(), () -> now);
    }

    /** By rules that the test may replace, and their keeper. */
    RegistrationBench(PolicyRules first) {
        rules = new RulesInForce(first, () -> Instant.EPOCH.plusNanos(now));
        table.ruledBy(rules);
        registrar = new Registrar(table, Admission.by(rules), DEFAULTS, new ServerLimits(1, 256),
                () -> "lease-" + ids.incrementAndGet(), () -> now);
        keeper = new RuleKeeper(table, registrar, rules, DEFAULTS.grantWarning(),
                (action, who, subject, detail) -> notes.add(action + " " + who + " " + subject + " " + detail));
    }

    static RegistrationSettings properties(int maxEndpoints, int maxEndpointsPerPolicy) {
        return new RegistrationSettings(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10),
                List.of(Cidr.of("127.0.0.0/8"), Cidr.of("::1")), maxEndpoints, maxEndpointsPerPolicy, List.of(), false,
                false, Duration.ofDays(14));
    }

    /** As the listener reads it. */
    static int type(String message) {
        Matcher type = TYPE.matcher(message);
        return type.find() ? Integer.parseInt(type.group(1)) : -2;
    }

    Connection connect() {
        return connect(LOOPBACK);
    }

    Connection connect(InetAddress from) {
        return new Connection(from);
    }

    /** What a new connection hears after one message. */
    Answer answer(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return registrar.open(LOOPBACK, connect()).receive(bytes, 0, bytes.length, type(message));
    }

    /** Lets time pass; the timer wakes at its end. */
    long pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        return registrar.keeper().tick(now);
    }

    Endpoint entry(String policy, String id) {
        Endpoint found = table.find(Ident.of(policy), Ident.of(id));
        if (found == null) {
            throw new AssertionError("no entry " + policy + "/" + id);
        }
        return found;
    }

    boolean registered(String policy, String id) {
        return table.find(Ident.of(policy), Ident.of(id)) != null;
    }

    /** One registration connection. */
    final class Connection implements Outbox {
        final RegistrationSession session;
        final List<String> received = new ArrayList<>();
        boolean closed;

        private Connection(InetAddress from) {
            session = registrar.open(from, this);
        }

        /** Sends one message; answers what came back, with a final {@code !} if the connection is closed after it. */
        String say(String message) {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            Answer answer = session.receive(bytes, 0, bytes.length, type(message));
            return answer == Answer.LATER ? "later" : text(answer);
        }

        private static String text(Answer answer) {
            return new String(answer.bytes(), StandardCharsets.UTF_8) + (answer.close() == Answer.Close.NO ? "" : "!");
        }

        /** Registers by proto 2 and answers the lease. */
        String lease(String policy, int id, int port) {
            String answer = say("{\"type\":1,\"proto\":2,\"id\":" + id + ",\"privPolyId\":\"" + policy
                    + "\",\"listenport\":" + port + ",\"mux\":true}");
            return answer.replaceFirst(".*\"lease\": \"([^\"]*)\".*", "$1");
        }

        String heartbeat(String lease) {
            return say("{\"type\":3,\"lease\":\"" + lease + "\"}");
        }

        @Override
        public void answer(Answer answer) {
            received.add(text(answer));
        }

        @Override
        public void send(byte[] message) {
            received.add(new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
