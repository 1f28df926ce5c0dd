package io.revproc.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TreeHead;
import io.revproc.record.witness.Witness;
import io.revproc.record.witness.WitnessKey;
import io.revproc.record.witness.WitnessServer;
import io.revproc.record.witness.WitnessStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Cosigns the checkpoints of other people's delivery records. */
@Command(name = "witness", description = "Cosign checkpoints of delivery records until Ctrl-C: who runs it vouches that each record only grew.", footer = {
        "Examples:",
        "  revproc witness --listen 0.0.0.0:8125 --log log.vkey --state /var/lib/witness --name witness.example.com/w1",
        "  revproc witness --log log.vkey@http://proxy:8124/admin/audit/tlog",
        "",
        "It speaks C2SP tlog-witness: POST /add-checkpoint. The proxy is told of it with",
        "revproc.audit.witnesses=KEY@http://HOST:8125, KEY being the text of witness.vkey in the state's directory. What it cosigned",
        "last of each log stands there too: keep it, or the log could take back what was cosigned."})
final class WitnessCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final int MAX_EVIDENCE = 100;

    private final Terminal terminal;

    @Mixin
    @SuppressWarnings("UnusedVariable") // its options are taken here as everywhere
    private CommonOptions common;

    @Option(names = "--listen", paramLabel = "[HOST:]PORT", defaultValue = "127.0.0.1:8125", description = "Where to take checkpoints (default: ${DEFAULT-VALUE}).")
    private String listen;

    @Option(names = "--log", required = true, split = ",", paramLabel = "KEY[@URL]", description = "A log's verifier key, or a file with it. With the URL at which the log is served, the witness checks once a minute that others see the log that it cosigned.")
    private List<String> logs;

    @Option(names = "--state", paramLabel = "DIR", defaultValue = "data/witness", description = "The directory of the witness's key and of the checkpoints that it cosigned last (default: ${DEFAULT-VALUE}).")
    private Path state;

    @Option(names = "--name", paramLabel = "NAME", description = "The witness's name, such as witness.example.com/w1 (default: HOST/witness, kept from the first start on).")
    private @Nullable String name;

    @Mixin
    private AdminOptions admin;

    WitnessCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * A log that is watched.
     *
     * @param url where it is served; null: nobody looks there
     */
    record Watched(AuditFiles.LogKey key, @Nullable String url) {
        NoteKey named() {
            return java.util.Objects.requireNonNull(key.named());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Running running = start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
            for (Watched log : running.logs()) {
                if (log.url() != null) {
                    String token = admin.tokenFor(log.url());
                    Thread.ofVirtual().name("witness-look").start(() -> look(running, log, token));
                }
            }
            new CountDownLatch(1).await();
        }
        return ExitCode.OK;
    }

    private void look(Running running, Watched log, @Nullable String token) {
        while (true) {
            String problem = running.look(log, token);
            if (problem != null) {
                terminal.say("the log " + log.named().name() + ", as it is served: " + problem);
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** A witness that listens. */
    record Running(List<Watched> logs, Witness witness, WitnessServer server, WitnessStore store)
            implements
                AutoCloseable {
        /** Returns what is wrong with the log as others are shown it; null if it is the one that was cosigned. */
        @Nullable
        String look(Watched log, @Nullable String token) {
            Note cosigned = witness.cosigned(log.named().name());
            return log.url() == null || cosigned == null
                    ? null
                    : AuditProofs.differs(new AuditSource.OfUrl(log.url(), token), log.key(),
                            TreeHead.parse(cosigned.text()));
        }

        @Override
        public void close() {
            server.close();
            try {
                store.close();
            } catch (IOException e) {
                // it ends anyway
            }
        }
    }

    /** Reads its state and listens. */
    Running start() {
        List<Watched> watched = watched(new AuditFiles(terminal));
        Path directory = terminal.directory().resolve(state);
        WitnessStore store = null;
        Running running = null;
        try {
            store = new WitnessStore(directory);
            WitnessKey key = WitnessKey.in(directory, name, InetAddress.getLocalHost().getHostName() + "/witness");
            Witness witness = new Witness(key.key(), key.signer(), watched.stream().map(Watched::named).toList(), store,
                    InstantSource.system(), (cosigned, shown) -> misbehaved(directory, cosigned, shown));
            WitnessServer server = new WitnessServer(address(), witness, terminal::say);
            running = new Running(watched, witness, server, store);
            say(key.key(), server.port());
            return running;
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        } catch (BindException e) {
            throw new CliException(ExitCode.REFUSED, "the witness can't listen on " + Style.safe(listen) + " ("
                    + e.getMessage() + "); choose another place with --listen");
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "the witness can't start: " + e.getMessage());
        } finally {
            if (running == null && store != null) {
                closeQuietly(store);
            }
        }
    }

    private void say(NoteKey key, int port) {
        if (common.json) {
            terminal.out().println(Json.write(Map.of("witness", key.name(), "port", port, "key", key.text())));
        } else {
            terminal.say("witness " + key.name() + " takes checkpoints on port " + port + "; its key is " + key.text());
        }
    }

    private static void closeQuietly(WitnessStore store) {
        try {
            store.close();
        } catch (IOException e) {
            // the first failure is the one to tell
        }
    }

    private List<Watched> watched(AuditFiles files) {
        List<Watched> watched = new ArrayList<>();
        for (String log : logs) {
            int at = log.lastIndexOf("@http");
            AuditFiles.LogKey key = files.keys(List.of(at < 0 ? log : log.substring(0, at))).getFirst();
            if (key.named() == null || key.named().type() != NoteKey.Type.ED25519) {
                throw CliException.usage("--log takes the verifier key of a log, as log.vkey holds it, and not "
                        + Style.safe(log));
            }
            watched.add(new Watched(key, at < 0 ? null : log.substring(at + 1).replaceFirst("/+$", "")));
        }
        return watched;
    }

    private InetSocketAddress address() throws UnknownHostException {
        int colon = listen.lastIndexOf(':');
        try {
            int port = Integer.parseInt(listen.substring(colon + 1));
            String host = colon < 0 ? "127.0.0.1" : listen.substring(0, colon).replaceAll("[\\[\\]]", "");
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--listen is [HOST:]PORT, and not " + Style.safe(listen));
        }
    }

    /** Two checkpoints that the log signed and that contradict each other are a proof against it: kept, up to a bound. */
    private void misbehaved(Path directory, Note cosigned, Note shown) {
        TreeHead head = TreeHead.parse(shown.text());
        terminal.say("the log " + head.origin() + " misbehaved: it signed a tree of " + head.size()
                + " entries that does not go on from the " + TreeHead.parse(cosigned.text()).size()
                + " that were cosigned");
        try (Stream<Path> files = Files.list(directory)) {
            if (files.filter(file -> file.getFileName().toString().startsWith("evidence-")).count() < MAX_EVIDENCE) {
                Files.writeString(Files.createTempFile(directory, "evidence-", ".txt"), cosigned + "\n" + shown);
            }
        } catch (IOException e) {
            terminal.say("can't keep the evidence: " + e.getMessage());
        }
    }
}
