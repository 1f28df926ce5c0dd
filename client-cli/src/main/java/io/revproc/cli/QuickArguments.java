package io.revproc.cli;

import java.time.Duration;

import io.revproc.cli.bench.Verify;
import org.jspecify.annotations.Nullable;

/**
 * Reads the plain command lines of the commands that are a process per message, {@code --name value} and switches, without
 * picocli: building its model takes longer than everything else such a command does. Whatever is not plain, or is wrong, is left
 * to picocli and its messages. A test holds both ways to the same result for every option.
 */
final class QuickArguments {
    /** Thrown for whatever is left to picocli. */
    private static final class NotPlain extends Exception {
        NotPlain() {
            super(null, null, false, false);
        }
    }

    private final String[] args;
    private int next;

    private QuickArguments(String[] args, int first) {
        this.args = args;
        this.next = first;
    }

    /** @param args begin with the command's name. @return null if they are not plain */
    static @Nullable SendCommand send(Terminal terminal, Settings settings, String... args) {
        SendCommand command = new SendCommand(terminal);
        command.common = new CommonOptions();
        command.proxy = new ProxyOptions();
        QuickArguments rest = new QuickArguments(args, 1);
        try {
            String host = settings.get("host");
            String port = settings.get("port");
            String timeout = settings.get("timeout");
            command.proxy.host = host == null ? command.proxy.host : host;
            command.proxy.port = port == null ? command.proxy.port : number(port);
            command.proxy.timeout = timeout == null ? null : duration(timeout);
            String admin = settings.get("admin");
            command.admin = admin == null ? null : HttpAddress.of(admin);
            if (settings.get("cacert") != null || settings.get("cert") != null || settings.get("key") != null) {
                return null;
            }
            while (rest.next < args.length) {
                rest.into(command, args[rest.next++]);
            }
            return command;
        } catch (NotPlain e) {
            return null;
        }
    }

    private void into(SendCommand command, String option) throws NotPlain {
        switch (option) {
            case "--json" -> command.common.json = true;
            case "--context" -> command.common.context = value();
            case "--idempotent" -> command.idempotent = true;
            case "--receipt" -> command.receipt = true;
            case "--lines" -> command.lines = true;
            case "--whole" -> command.whole = true;
            case "--verbose", "-v" -> command.verbose = true;
            case "--verify" -> command.verify = verify(value());
            case "--host", "-H" -> command.proxy.host = value();
            case "--port", "-p" -> command.proxy.port = number(value());
            case "--timeout" -> command.proxy.timeout = duration(value());
            case "--policy" -> command.policy = value();
            case "--payload" -> command.payload = value();
            case "--packet" -> command.packet = value();
            case "--id" -> command.id = value();
            case "--msg-id" -> command.msgId = value();
            case "--deadline" -> command.deadline = duration(value());
            default -> throw new NotPlain();
        }
    }

    /** @param args begin with {@code seed}. @return null if they are not plain */
    static @Nullable SeedCommand seed(Terminal terminal, Settings settings, String... args) {
        SeedCommand command = new SeedCommand(terminal);
        command.common = new CommonOptions();
        QuickArguments rest = new QuickArguments(args, 1);
        try {
            String host = settings.get("host");
            String timeout = settings.get("timeout");
            command.host = host == null ? "127.0.0.1" : host;
            command.timeout = timeout == null ? null : duration(timeout);
            String id = null;
            String port = null;
            String packet = null;
            while (rest.next < args.length) {
                switch (args[rest.next++]) {
                    case "-id" -> id = rest.value();
                    case "-revproc" -> port = rest.value();
                    case "-pkt" -> packet = rest.value();
                    case "-host" -> command.host = rest.value();
                    default -> throw new NotPlain();
                }
            }
            if (id == null || port == null || packet == null) {
                return null;
            }
            command.id = id;
            command.port = number(port);
            command.packet = packet;
            return command;
        } catch (NotPlain e) {
            return null;
        }
    }

    /** A lone {@code -} is standard input; what else begins with it may be a mistake. An option given twice is picocli's to judge. */
    private String value() throws NotPlain {
        if (next >= args.length || args[next].startsWith("-") && args[next].length() > 1) {
            throw new NotPlain();
        }
        for (int i = 1; i < next - 1; i++) {
            if (args[i].equals(args[next - 1])) {
                throw new NotPlain();
            }
        }
        return args[next++];
    }

    private static int number(String text) throws NotPlain {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new NotPlain();
        }
    }

    private static Verify verify(String text) throws NotPlain {
        for (Verify each : Verify.values()) {
            if (each.name().equalsIgnoreCase(text)) {
                return each;
            }
        }
        throw new NotPlain();
    }

    private static Duration duration(String text) throws NotPlain {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new NotPlain();
        }
    }
}
