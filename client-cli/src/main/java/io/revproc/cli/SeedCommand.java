package io.revproc.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.cli.bench.Verify;
import io.revproc.wire.DidYouMean;
import io.revproc.wire.EditDistance;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The client of the seed, with its flags and its lines, spelling included: scripts and course notes rely on them. Always checks
 * the hash, as the seed does.
 */
@Command(name = "seed", hidden = true, description = "The seed's command line: -id 1327 -revproc 8123 -pkt 1327.PP_2 [-host HOST]")
final class SeedCommand implements Callable<Integer> {
    private static final List<String> FLAGS = List.of("-id", "-revproc", "-pkt", "-host");
    /** Flags of the seed's other two programs. */
    private static final Map<String, String> ELSEWHERE = Map.of("-pp", "bin/policy-server", "-listen",
            "bin/policy-server",
            "-revhost", "bin/policy-server", "-port", "bin/revproc-service");
    private static final int MAX_EDITS = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Terminal terminal;

    @Mixin
    CommonOptions common;

    @Option(names = "-id", required = true, paramLabel = "ID", description = "The client's id.")
    String id;

    @Option(names = "-revproc", required = true, paramLabel = "PORT", description = "The proxy's port.")
    int port;

    @Option(names = "-pkt", required = true, paramLabel = "NAME", description = "The packet's file, such as 1327.PP_2.")
    String packet;

    @Option(names = "-host", descriptionKey = "host", defaultValue = "127.0.0.1", paramLabel = "HOST", description = "The proxy's host (default: ${DEFAULT-VALUE}).")
    String host;

    @Option(names = "--timeout", descriptionKey = "timeout", paramLabel = "TIME", description = "How long to wait for the answer.")
    @Nullable
    Duration timeout;

    SeedCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Returns whether the command line is one of the seed's. */
    static boolean isMeant(String... args) {
        return args.length > 0 && FLAGS.contains(name(args[0]));
    }

    private static String name(String arg) {
        return arg.replaceFirst("=.*", "");
    }

    /** Returns what is wrong with a flag that is none of the seed's, and what may be meant; null if nothing is known of it. */
    static @Nullable String mistyped(String arg) {
        String flag = name(arg).replaceFirst("^--", "-");
        if (ELSEWHERE.containsKey(flag)) {
            return Style.safe(name(arg)) + " is a flag of " + ELSEWHERE.get(flag) + "; '" + ELSEWHERE.get(flag)
                    + " --help' shows how";
        }
        String meant = EditDistance.closest(flag.toLowerCase(Locale.ROOT), FLAGS, MAX_EDITS);
        return meant == null || flag.length() < meant.length() - 1 || flag.length() < 3
                ? null
                : "there is no flag " + Style.safe(name(arg)) + "; " + DidYouMean.of(meant)
                        + " The seed's form is: bin/revproc -id 1327 -revproc 8123 -pkt 1327.PP_2";
    }

    /** Returns the same of the first flag of a command line of the seed's that is none; null if each is one. */
    static @Nullable String wrongFlag(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (FLAGS.contains(name(args[i]))) {
                i += args[i].indexOf('=') < 0 ? 1 : 0;
            } else if (args[i].matches("-[A-Za-z].*")) {
                return mistyped(args[i]);
            }
        }
        return null;
    }

    @Override
    public Integer call() {
        Packet next;
        try (PacketReader reader = PacketReader.open(terminal, packet)) {
            next = reader.next();
        }
        if (next == null) {
            throw CliException.usage("the packet '" + packet + "' is empty");
        }
        Addresses addresses = Addresses.parse(host, port);
        Packet sent = next;
        try (Courier courier = new Courier(addresses, timeout == null ? TIMEOUT : timeout, null, Verify.SHA1,
                address -> {
                    line("Socket connected on port " + address.getPort());
                    line("Client id " + id + ". Sending a message to privacy policy " + Style.safe(sent.policy())
                            + " through reverse proxy running on port " + address.getPort());
                })) {
            return show(courier.deliver(next));
        }
    }

    private int show(Delivery delivery) {
        if (common.json) {
            new Report(terminal, true, false, policy -> policy).show(delivery);
        } else if (delivery.answer() instanceof Answer.Ack ack) {
            line("Client id " + id + ". Reveiving message from the server " + ack.server() + ", payload: "
                    + Style.safe(ack.payload()));
            line(delivery.outcome() == Delivery.Outcome.ANSWERED ? "Hash matched." : "Hash not matched.");
        } else {
            terminal.err().println(delivery.reason());
        }
        return delivery.outcome().exitCode();
    }

    private void line(String text) {
        if (!common.json) {
            terminal.out().println(text);
        }
    }
}
