package io.revproc.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import io.revproc.cli.bench.Verify;
import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends one message or many and prints the replies. */
@Command(name = "send", description = "Send messages through the proxy and print the replies.", footer = {"Examples:",
        "  revproc send --policy PP_2 --payload 'hello'",
        "  revproc send --policy PP_2 --payload @letter.txt              # a file's content is the payload",
        "  cut -f2 people.tsv | revproc send --policy PP_2 --payload -   # each line is a message, each reply a line",
        "  revproc send --packet 1327.PP_2 --verify sha1",
        "  cat packets.ndjson | revproc send --packet - --json", "",
        "Standard output has the replies, in the order of the messages; details (--verbose) and failures go to standard error.",
        "",
        "Exit code: 0 all answered, 1 refused or not verified, 2 wrong usage, 3 could not connect, 4 timed out."})
final class SendCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** How long an answer may travel after the proxy's deadline. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final int MAX_CONNECTIONS = 10_000;

    private final Terminal terminal;

    @Mixin
    CommonOptions common;
    @Mixin
    ProxyOptions proxy;

    @Option(names = "--policy", paramLabel = "PP_2", description = "The privacy policy, which decides the server.")
    @Nullable
    String policy;

    @Option(names = "--payload", paramLabel = "TEXT|@FILE|-", description = "What to send: a text, a file's content, or - for the lines of standard input, each as a message; @@x means the text @x.")
    @Nullable
    String payload;

    @Option(names = "--lines", description = "With --payload @FILE: send each line as a message.")
    boolean lines;

    @Option(names = "--whole", description = "With --payload -: send all of standard input as one message.")
    boolean whole;

    @Option(names = "--packet", paramLabel = "FILE", description = "Send the messages in a file, or - for standard input. The file is looked for as given, with .json, and in test_payloads/.")
    @Nullable
    String packet;

    @Option(names = "--id", paramLabel = "ID", description = "The client's id, srcid (default: 1).")
    @Nullable
    String id;

    @Option(names = "--msg-id", paramLabel = "ID", description = "The message's msgId, which its answer repeats.")
    @Nullable
    String msgId;

    @Option(names = "--idempotent", description = "The message may be handled twice, so the proxy may send it again if a server fails.")
    boolean idempotent;

    @Option(names = "--deadline", paramLabel = "TIME", description = "How long the proxy may take, such as 500ms.")
    @Nullable
    Duration deadline;

    @Option(names = "--receipt", description = "Ask for a signed receipt; without --json it goes to standard error.")
    boolean receipt;

    @Option(names = "--evidence", paramLabel = "FILE", description = "Show the signed token (JWT) in this file, for policies that ask who sends; a new token in it is shown as well.")
    @Nullable
    Path evidence;

    @Option(names = "--verify", paramLabel = "none|sha1|echo", defaultValue = "none", description = "What to expect as the reply: anything, the payload's SHA-1 as from the seed's servers, or the payload (default: ${DEFAULT-VALUE}).")
    Verify verify = Verify.NONE;

    @Option(names = {"--verbose",
            "-v"}, description = "Say on standard error which server replied, how long it took, and what was verified.")
    boolean verbose;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1", description = "Send each message N times.")
    int repeat = 1;

    @Option(names = "--concurrency", paramLabel = "N", defaultValue = "1", description = "Send on N connections at a time.")
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
        check("--concurrency", concurrency, 1, MAX_CONNECTIONS);
        if (deadline != null) {
            check("--deadline in milliseconds", deadline.toMillis(), 1, Duration.ofDays(1).toMillis());
        }
        Addresses addresses = proxy.addresses();
        Duration timeout = timeout();
        TlsSockets tls = proxy.sockets(terminal.directory());
        Path token = evidence == null ? null : terminal.directory().resolve(evidence);
        if (token != null && TokenFile.contentOf(token) == null) {
            throw CliException.usage("--evidence: there is no token to be read in " + evidence);
        }
        Supplier<Courier> couriers = () -> new Courier(addresses, timeout, tls, verify, address -> {},
                token == null ? () -> null : new TokenFile(token));
        Report report = new Report(terminal, common.json, verbose,
                unknown -> KnownPolicies.sentence(unknown, admin, addresses));
        boolean replies = common.json || verbose || repeat == 1;
        Campaign.View view = new Campaign.View(verify, common.json, replies, verbose || terminal.watched(),
                !verbose && !receipt && !(replies && terminal.interactive()));
        try (Packets packets = packets()) {
            return new Campaign(terminal, report, view, repeat == 1 ? packets.unit() : "message",
                    packets.total() * repeat)
                    .run(packets.repeated(repeat), couriers, concurrency);
        }
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
            }, 0, "message", reader::close);
        }
        if (policy == null || payload == null) {
            throw CliException.usage("nothing to send: say --policy PP_2 --payload TEXT, or --packet FILE");
        }
        boolean input = payload.equals("-");
        boolean file = payload.startsWith("@") && !payload.startsWith("@@");
        if (lines && !file || whole && !input) {
            throw CliException.usage(lines
                    ? "--lines goes with --payload @FILE; of standard input each line is a message anyway"
                    : "--whole goes with --payload -; a file is one message anyway");
        }
        if (!input && !file) {
            return Packets.one(packet(payload.startsWith("@@") ? payload.substring(1) : payload));
        }
        Path path = input ? null : terminal.directory().resolve(payload.substring(1));
        PayloadReader reader = path == null
                ? new PayloadReader("standard input", terminal.in())
                : PayloadReader.open(path);
        if (input ? whole : !lines) {
            try (reader) {
                return Packets.one(packet(reader.whole()));
            }
        }
        return new Packets(() -> {
            String next = reader.line();
            return next == null ? null : packet(next);
        }, path == null ? 0 : PayloadReader.lines(path), "line", reader::close);
    }

    private Packet packet(String text) {
        Ident to = ident("--policy", String.valueOf(policy));
        return Packet.of(dressed(Message.Data.of(ident("--id", id == null ? "1" : id), to, text)));
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
