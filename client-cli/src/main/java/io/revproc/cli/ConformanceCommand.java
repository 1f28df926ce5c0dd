package io.revproc.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

import io.revproc.cli.conformance.ClientConformance;
import io.revproc.cli.conformance.Program;
import io.revproc.cli.conformance.Requirement;
import io.revproc.cli.conformance.Result;
import io.revproc.cli.conformance.Result.Outcome;
import io.revproc.cli.conformance.ServerConformance;
import io.revproc.cli.conformance.Timing;
import io.revproc.cli.tls.PemFiles;
import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks somebody's own server or client against docs/protocol.md. */
@Command(name = "conformance", description = "Check your own server or client against the protocol.", footer = {
        "Examples:", "  revproc conformance 127.0.0.1:9999              # then start your server with this proxy",
        "  revproc conformance 127.0.0.1:0 -- ./my-server --proxy {host}:{port}",
        "  revproc conformance --client 127.0.0.1:0 -- ./my-client --proxy {host}:{port} --payload x", "",
        "It listens at HOST:PORT in place of a proxy. A server after -- is started, and ended by SIGTERM; a client after",
        "-- is run once for each check, to send one message and to end with 0 if that was answered. The numbers are those",
        "of the checklist in docs/protocol.md. Exit code: 0 nothing failed, 1 something did, 2 wrong usage."})
final class ConformanceCommand implements Callable<Integer> {
    private static final int LINES_KEPT = 5;

    private final Terminal terminal;
    /** The last lines that the program under test has printed. Guarded by itself. */
    private final List<String> lastLines = new ArrayList<>();

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "HOST:PORT", description = "The address at which the command plays the proxy; port 0 takes any free port.")
    private String at;

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "The command that starts the program; {host} and {port} in it stand for that address.")
    private List<String> command = new ArrayList<>();

    @Option(names = "--client", description = "Check a client, not a server.")
    private boolean client;

    @Option(names = "--only", split = ",", paramLabel = "S9,S10", description = "Check only these requirements.")
    private Set<Requirement> only = Set.of();

    @Option(names = "--wait", paramLabel = "TIME", defaultValue = "60s", description = "How long to wait for the program (default: ${DEFAULT-VALUE}).")
    private Duration wait = Duration.ofSeconds(60);

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "5s", description = "How long an answer may take (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(5);

    @Option(names = "--cacert", paramLabel = "FILE", description = "Use TLS, and trust the authorities in this PEM file; needs --cert and --key.")
    private @Nullable Path cacert;

    @Option(names = "--cert", paramLabel = "FILE", description = "The certificate to show, a PEM file.")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "The certificate's key, a PEM file without a password.")
    private @Nullable Path key;

    @Option(names = "--verbose", description = "Show what the program prints, and each result at once.")
    private boolean verbose;

    ConformanceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        InetSocketAddress address = address();
        TlsSockets tls = tls();
        wanted();
        try {
            List<Result> results = client ? ofClient(address, tls) : ofServer(address, tls);
            show(results);
            return results.stream().anyMatch(result -> result.outcome() == Outcome.FAILED)
                    ? ExitCode.REFUSED
                    : ExitCode.OK;
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot listen on " + at + ", or start the command ("
                    + e.getMessage() + ")");
        }
    }

    private List<Result> ofServer(InetSocketAddress address, @Nullable TlsSockets tls)
            throws IOException, InterruptedException {
        try (ServerConformance conformance = new ServerConformance(address, tls, Timing.of(timeout))) {
            say("server", address, conformance.port());
            if (command.isEmpty()) {
                return conformance.run(wait, null, wanted(), this::progress);
            }
            try (Program program = start(address, conformance.port())) {
                return conformance.run(wait, program, wanted(), this::progress);
            }
        }
    }

    private List<Result> ofClient(InetSocketAddress address, @Nullable TlsSockets tls)
            throws IOException, InterruptedException {
        try (ClientConformance conformance = new ClientConformance(address, tls, Timing.of(timeout))) {
            say("client", address, conformance.port());
            return conformance.run(wait, command.isEmpty() ? null : () -> start(address, conformance.port()),
                    wanted(), this::prompt, this::progress);
        }
    }

    private Set<Requirement> wanted() {
        Set<Requirement> all = Requirement.all(!client);
        if (!all.containsAll(only)) {
            throw CliException
                    .usage("--only names requirements of a " + (client ? "client, C1 to C11" : "server, S1 to S22"));
        }
        return only.isEmpty() ? all : only;
    }

    private void say(String what, InetSocketAddress address, int port) {
        terminal.say("standing in for a proxy at " + HostPort.text(address.getAddress(), port)
                + (command.isEmpty() ? "; point your " + what + " at it" : ""));
    }

    private Program start(InetSocketAddress address, int port) throws IOException {
        String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getAddress().getHostAddress();
        return Program.start(
                command.stream().map(word -> word.replace("{host}", host).replace("{port}", "" + port)).toList(),
                terminal.directory(), this::line);
    }

    private void line(String line) {
        if (verbose) {
            terminal.err().println("| " + Style.safe(line));
        }
        synchronized (lastLines) {
            lastLines.add(line);
            if (lastLines.size() > LINES_KEPT) {
                lastLines.removeFirst();
            }
        }
    }

    /** Somebody who runs a client by hand has to know when. */
    private void prompt(Requirement next) {
        if (command.isEmpty()) {
            terminal.say(next + ": send a message now");
        }
    }

    private void progress(Result result) {
        if (verbose) {
            terminal.say(result.requirement() + " " + result.outcome().name().toLowerCase(Locale.ROOT) + ": "
                    + result.seen());
        }
    }

    private void show(List<Result> results) {
        long failed = count(results, Outcome.FAILED);
        long skipped = count(results, Outcome.SKIPPED);
        long passed = count(results, Outcome.PASSED);
        if (common.json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("checked", client ? "client" : "server");
            fields.put("passed", passed);
            fields.put("failed", failed);
            fields.put("skipped", skipped);
            fields.put("checks", results.stream().map(ConformanceCommand::fields).toList());
            terminal.out().println(Json.write(fields));
            return;
        }
        Style style = terminal.style();
        Table table = new Table("NO", "RESULT", "WHAT");
        for (Result result : results) {
            boolean bad = result.outcome() == Outcome.FAILED;
            String what = bad ? result.seen() + " Required: " + result.requirement().text() : result.seen();
            table.row(Table.Cell.of(result.requirement()),
                    Table.Cell.of(result.outcome().name().toLowerCase(Locale.ROOT),
                            text -> bad
                                    ? style.bad(text)
                                    : result.outcome() == Outcome.PASSED ? style.good(text) : style.dim(text)),
                    Table.Cell.of(what));
        }
        terminal.out().print(table.show(style));
        terminal.out().println(passed + " passed, " + failed + " failed, " + skipped
                + " skipped; docs/protocol.md has the requirements");
        if (failed > 0 && !verbose) {
            synchronized (lastLines) {
                lastLines.forEach(line -> terminal.err().println("| " + Style.safe(line)));
            }
        }
    }

    private static Map<String, Object> fields(Result result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("requirement", result.requirement().name());
        fields.put("result", result.outcome().name().toLowerCase(Locale.ROOT));
        fields.put("seen", result.seen());
        fields.put("required", result.requirement().text());
        return fields;
    }

    private static long count(List<Result> results, Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    private InetSocketAddress address() {
        int colon = at.lastIndexOf(':');
        String port = at.substring(colon + 1);
        if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw CliException.usage("'" + Style.safe(at) + "' is not HOST:PORT; write 127.0.0.1:0 for any free port");
        }
        String host = at.substring(0, colon).replaceAll("^\\[|]$", "");
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw new CliException(ExitCode.USAGE, "no address known for the host '" + Style.safe(host) + "'");
        }
        return address;
    }

    private @Nullable TlsSockets tls() {
        if (cacert == null && cert == null && key == null) {
            return null;
        }
        if (cacert == null || cert == null || key == null) {
            throw CliException.usage("--cacert, --cert and --key belong together");
        }
        try {
            Path here = terminal.directory();
            return new TlsSockets(PemFiles.context(here.resolve(cacert), here.resolve(cert), here.resolve(key)), true);
        } catch (PemFiles.UnusableException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        }
    }
}
