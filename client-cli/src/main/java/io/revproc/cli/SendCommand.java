package io.revproc.cli;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends one message or many and checks each answer's hash. */
@Command(name = "send", description = "Send messages through the proxy and check the answers' hashes.", footer = {
        "Examples:", "  revproc send --policy PP_2 --payload 'hello'", "  revproc send --packet 1327.PP_2",
        "  cat packets.ndjson | revproc send --packet - --json", "",
        "Exit code: 0 all hashes matched, 1 refused or not matched, 2 wrong usage, 3 could not connect, 4 timed out."})
final class SendCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** What the answer may take on its way after the proxy's deadline. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final int MOST_CONNECTIONS = 10_000;

    private final Terminal terminal;

    @Mixin
    CommonOptions common;
    @Mixin
    ProxyOptions proxy;

    @Option(names = "--policy", paramLabel = "PP_2", description = "The privacy policy, which decides the server.")
    @Nullable
    String policy;

    @Option(names = "--payload", paramLabel = "TEXT", description = "What to send.")
    @Nullable
    String payload;

    @Option(names = "--packet", paramLabel = "FILE", description = "Send the messages of a file, - for standard input; looked for as given, with .json, and in test_payloads/.")
    @Nullable
    String packet;

    @Option(names = "--id", paramLabel = "ID", description = "The client's id, srcid (default: 1).")
    @Nullable
    String id;

    @Option(names = "--msg-id", paramLabel = "ID", description = "A name for the message, repeated in its answer.")
    @Nullable
    String msgId;

    @Option(names = "--idempotent", description = "It may be handled twice, so that it may be sent again if a server fails.")
    boolean idempotent;

    @Option(names = "--deadline", paramLabel = "TIME", description = "How long the proxy may take, such as 500ms.")
    @Nullable
    Duration deadline;

    @Option(names = "--receipt", description = "Ask for a signed receipt.")
    boolean receipt;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1", description = "Send each message N times.")
    int repeat = 1;

    @Option(names = "--concurrency", paramLabel = "N", defaultValue = "1", description = "On N connections at once.")
    int concurrency = 1;

    @Option(names = "--admin", descriptionKey = "admin", hidden = true)
    @Nullable
    URI admin;

    SendCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        check("--repeat", repeat, 1, 1_000_000_000);
        check("--concurrency", concurrency, 1, MOST_CONNECTIONS);
        if (deadline != null) {
            check("--deadline in milliseconds", deadline.toMillis(), 1, Duration.ofDays(1).toMillis());
        }
        Addresses addresses = proxy.addresses();
        Duration timeout = timeout();
        TlsSockets tls = proxy.sockets(terminal.directory());
        Supplier<Courier> couriers = () -> new Courier(addresses, timeout, tls, address -> {});
        Report report = new Report(terminal, common.json, unknown -> KnownPolicies.sentence(unknown, admin, addresses));
        try (Packets packets = packets()) {
            if (repeat > 1 || concurrency > 1) {
                return new Campaign(terminal, report, common.json, packet == null ? repeat : 0)
                        .run(packets.repeated(repeat), couriers, concurrency);
            }
            return oneByOne(packets, couriers, report).exitCode();
        }
    }

    private static Delivery.Outcome oneByOne(Packets packets, Supplier<Courier> couriers, Report report) {
        Delivery.Outcome worst = Delivery.Outcome.MATCHED;
        try (Courier courier = couriers.get()) {
            for (Packet next = packets.next(); next != null; next = packets.next()) {
                Delivery delivery = courier.deliver(next);
                report.show(delivery);
                worst = worst.worse(delivery.outcome());
                if (worst == Delivery.Outcome.UNREACHABLE) {
                    break;
                }
            }
        }
        return worst;
    }

    private static void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CliException.usage(option + " is " + least + " to " + most);
        }
    }

    private Duration timeout() {
        Duration least = deadline == null ? TIMEOUT : deadline.plus(SLACK);
        return proxy.timeoutOr(least.compareTo(TIMEOUT) > 0 ? least : TIMEOUT);
    }

    private Packets packets() {
        if (packet != null) {
            if (policy != null || payload != null) {
                throw CliException
                        .usage("--packet brings its own policy and payload; leave out --policy and --payload");
            }
            PacketReader reader = PacketReader.open(terminal, packet);
            return new Packets(() -> {
                Packet next = reader.next();
                return next == null ? null : dressed(next);
            }, reader::close);
        }
        if (policy == null || payload == null) {
            throw CliException.usage("nothing to send: say --policy PP_2 --payload TEXT, or --packet FILE");
        }
        Message.Data data = Message.Data.of(ident("--id", id == null ? "1" : id), ident("--policy", policy), payload);
        return Packets.one(Packet.of(dressed(data)));
    }

    /** A packet goes out byte for byte as it is, unless options change it. */
    private Packet dressed(Packet from) {
        Message.Data data = dressed(from.data());
        return data.equals(from.data()) ? from : Packet.of(data);
    }

    private Message.Data dressed(Message.Data data) {
        return new Message.Data(id == null ? data.srcId() : ident("--id", id), data.policy(), data.payloadSize(),
                data.payload(), msgId == null ? data.msgId() : ident("--msg-id", msgId),
                idempotent || data.idempotent(),
                deadline == null ? data.deadline() : deadline, data.traceparent(), receipt || data.receipt());
    }

    private static Ident ident(String option, String text) {
        try {
            return Ident.of(text);
        } catch (IllegalArgumentException e) {
            throw CliException.usage(option + ": " + e.getMessage());
        }
    }
}
