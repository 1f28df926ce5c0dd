package io.revproc.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

import io.revproc.cli.server.Answerer;
import io.revproc.cli.server.CommandAnswerer;
import io.revproc.cli.server.Leases;
import io.revproc.cli.server.QuickServer;
import io.revproc.cli.server.Registration;
import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.HostPort;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves policies until Ctrl-C, for trying things. */
@Command(name = "server", description = "Serve policies until Ctrl-C: a simple policy server for trying things out.", footer = {
        "Examples:", "  revproc server --policy PP_1", "  revproc server --policy PP_1,PP_2 --id 7 --listen 9007",
        "  revproc server --policy UPPER --exec 'tr a-z A-Z'", "",
        "With --exec the payload is the command's standard input, REVPROC_POLICY and REVPROC_SRCID are set, and what it",
        "prints is the answer. revproc send then says that the hash did not match, unless the command is sha1sum's like."})
final class ServerCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private ProxyOptions proxy;

    @Option(names = "--policy", required = true, split = ",", paramLabel = "PP_1,PP_2", description = "The policies to serve.")
    private List<String> policies;

    @Option(names = "--id", paramLabel = "ID", defaultValue = "1", description = "The server's id (default: ${DEFAULT-VALUE}).")
    private String id;

    @Option(names = "--listen", paramLabel = "PORT", defaultValue = "0", description = "The port for messages (default: any free port).")
    private int listen;

    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "The address for messages (default: ${DEFAULT-VALUE}; use 0.0.0.0 if the proxy is on another machine).")
    private InetAddress bind;

    @Option(names = "--proto", paramLabel = "1|2", defaultValue = "2", description = "The protocol: 1 is the seed's, 2 has a session with heartbeats (default: ${DEFAULT-VALUE}).")
    private int proto;

    @Option(names = "--no-mux", description = "Take one message per connection, like the seed's servers.")
    private boolean noMux;

    @Option(names = "--setup-token", paramLabel = "TOKEN", description = "The secret that allows the registration.")
    private @Nullable String token;

    @Option(names = "--region", paramLabel = "DE", description = "State where messages are processed, for policies and grants that ask for it.")
    private @Nullable String region;

    @Option(names = "--purpose", split = ",", paramLabel = "NAME", description = "State the purposes for which messages are processed, in the same way.")
    private @Nullable List<String> purposes;

    @Option(names = "--evidence", paramLabel = "FILE", description = "Show the signed token (JWT) in this file, as it is there now.")
    private @Nullable Path evidence;

    @Option(names = "--wider-policies", description = "Take messages of wider policies too that the proxy lets these policies' servers serve.")
    private boolean wider;

    @Option(names = "--exec", paramLabel = "CMD", description = "Answer with what this shell command prints.")
    private @Nullable String exec;

    @Option(names = "--quiet", description = "Print no line per message.")
    private boolean quiet;

    ServerCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (proto != 1 && proto != 2) {
            throw CliException.usage("--proto is 1 or 2");
        }
        if (listen < 0 || listen > 65_535) {
            throw CliException.usage("--listen is a port, 1 to 65535, or 0 for any free one");
        }
        try (Running running = start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
            new CountDownLatch(1).await();
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot listen on " + HostPort.text(bind, listen) + " ("
                    + e.getMessage() + "); choose another port with --listen");
        }
        return ExitCode.OK;
    }

    /** Ends in this order: deregisters from the proxy, then takes no more messages. */
    record Running(QuickServer server, List<Registration> registrations) implements AutoCloseable {
        @Override
        public void close() {
            registrations.forEach(Registration::close);
            server.close();
        }
    }

    /** Listens first, so that the proxy finds somebody as soon as it knows of the server. */
    Running start() throws IOException {
        Answerer answerer = exec == null ? Answerer.SHA_1 : new CommandAnswerer(exec, PATIENCE);
        Addresses proxies = proxy.addresses();
        Ident server = Ident.of(id);
        TlsSockets tls = proxy.sockets(terminal.directory());
        // The proxy looks for the certificate of the registration on the data port as well.
        TlsSockets serving = tls != null && tls.certified() ? tls : null;
        if (serving != null && proto == 1) {
            throw CliException.usage("--proto 1 has no way to say that messages are taken by TLS; leave out --cert");
        }
        List<Ident> served = policies.stream().map(Ident::of).toList();
        Leases leases = new Leases(served);
        if (proto == 1) {
            served.forEach(leases::grantWithoutHello);
        }
        QuickServer quick = new QuickServer(bind, listen, server, leases, answerer, serving, new Lines());
        terminal.say("server " + id + " takes messages on " + HostPort.text(bind, quick.port()));
        Supplier<@Nullable String> shown = evidence == null
                ? () -> null
                : () -> TokenFile.contentOf(terminal.directory().resolve(evidence));
        if (evidence != null && shown.get() == null) {
            terminal.say("the evidence file " + evidence
                    + " can't be read or is empty: the server registers without evidence until there is a token in it");
        }
        List<Registration> registrations = new ArrayList<>();
        for (Ident policy : served) {
            Message.Setup setup = new Message.Setup(server, policy, quick.port(), proto, proto == 2 && !noMux, 1, null,
                    0, token, serving != null,
                    new Message.Setup.Statement(region, purposes == null ? List.of() : purposes, wider, null));
            registrations.add(new Registration(proxies.all(), setup, tls, leases, shown, terminal::say));
        }
        return new Running(quick, registrations);
    }

    /** A line per message. */
    private final class Lines implements QuickServer.Observer {
        @Override
        public void answered(Message.Data message, long nanos, String failure) {
            if (quiet) {
                return;
            }
            int size = message.payload().length();
            if (common.json) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("policy", message.policy().text());
                fields.put("srcid", message.srcId().text());
                fields.put("characters", size);
                fields.put("answered", failure.isEmpty());
                if (!failure.isEmpty()) {
                    fields.put("error", failure);
                }
                fields.put("micros", nanos / 1_000);
                terminal.out().println(Json.write(fields));
            } else if (failure.isEmpty()) {
                terminal.out().println(terminal.style().bold(Style.safe(message.policy().text())) + "  from client "
                        + Style.safe(message.srcId().text()) + ", " + size + " characters, answered in "
                        + Durations.show(nanos));
            } else {
                terminal.say(Style.safe(message.policy().text()) + ": no answer to client "
                        + Style.safe(message.srcId().text()) + ": "
                        + failure);
            }
        }

        @Override
        public void refused(String sentence) {
            if (!quiet) {
                terminal.say("refused a message: " + sentence);
            }
        }
    }
}
