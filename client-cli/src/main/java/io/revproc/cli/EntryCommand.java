package io.revproc.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes one entry of the switch table. */
abstract class EntryCommand implements Callable<Integer> {
    final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Parameters(index = "0", arity = "0..1", paramLabel = "POLICY/ID", description = "The entry, such as PP_1/2.")
    private @Nullable String entry;

    @Option(names = "--policy", paramLabel = "POLICY", description = "The entry's policy, with --id, if a name has a slash.")
    private @Nullable String policy;

    @Option(names = "--id", paramLabel = "ID", description = "The entry's server id, with --policy.")
    private @Nullable String id;

    private EntryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Lets a server finish what it has. */
    @Command(name = "drain", description = "Send a server no new messages; it finishes those it has.", footer = {
            "Examples:", "  revproc drain PP_1/2", "  revproc drain PP_1/2 --wait --timeout 1m"})
    static final class Drain extends EntryCommand {
        @Option(names = "--wait", description = "End when the server has answered all messages of this proxy.")
        private boolean wait;

        @Option(names = "--timeout", paramLabel = "TIME", description = "With --wait: the longest time to wait, such as 30s (default: no limit).")
        private @Nullable Duration timeout;

        Drain(Terminal terminal) {
            super(terminal);
        }

        @Override
        void afterwards(AdminClient client, EntryName name) {
            if (wait) {
                Waiting.until(terminal, client, new InFlight(client, name), timeout, "; " + name
                        + " stays draining as long as the proxy runs: 'bin/revproc describe' shows how it goes on, "
                        + "'bin/revproc resume' puts it back");
            }
        }

        @Override
        AdminClient.Reply change(AdminClient client, String path) {
            if (timeout != null && !wait) {
                throw CliException.usage("--timeout goes with --wait");
            }
            return state(client, path, "DRAINING");
        }

        @Override
        String done() {
            return wait ? "is drained: it has no messages of this proxy" : "is draining: no new messages go to it";
        }
    }

    /** What a server that is being drained has still to answer. A server that takes messages again has not been drained. */
    private static final class InFlight implements Waiting.Look {
        private final AdminClient client;
        private final EntryName name;
        /** Whether the proxy could not be asked in the meantime: it may be another process now, which knows nothing of the drain. */
        private boolean lost;
        /** Whether it was seen to take no messages. */
        private boolean drained;

        InFlight(AdminClient client, EntryName name) {
            this.client = client;
            this.name = name;
        }

        @Override
        public @Nullable String missing(int mostMillis) {
            Map<String, @Nullable Object> server;
            try {
                AdminClient.Reply reply = client.get(name.policyPath(), mostMillis);
                server = name.in(reply.status() == 404 && reply.says() ? null : client.fields(reply, "policies"));
            } catch (CliException e) {
                lost |= e.isPassing();
                throw e;
            }
            boolean active = "ACTIVE".equals(server.get("state"));
            if (active && !drained && !lost) {
                return name + " is not draining yet";
            }
            if (active) {
                throw new CliException(ExitCode.REFUSED, name
                        + " takes messages again: it was resumed, or registered anew with a proxy that has restarted; drain it again");
            }
            drained = true;
            if (server.isEmpty() && lost) {
                throw new CliException(ExitCode.REFUSED, name
                        + " is not there after the proxy could not be reached: if it registers again it takes messages; see 'bin/revproc routes', and drain it again");
            }
            return server.isEmpty() || "0".equals(Table.text(server.get("inFlight")))
                    ? null
                    : name + " has " + Table.text(server.get("inFlight")) + " messages in flight";
        }
    }

    /** Takes a server out of rotation, but keeps its entry. */
    @Command(name = "maintenance", description = "Take a server out of rotation until it is resumed.")
    static final class Maintenance extends EntryCommand {
        Maintenance(Terminal terminal) {
            super(terminal);
        }

        @Override
        AdminClient.Reply change(AdminClient client, String path) {
            return state(client, path, "MAINTENANCE");
        }

        @Override
        String done() {
            return "is in maintenance until it is resumed";
        }
    }

    /** The way back from both. */
    @Command(name = "resume", description = "Put a server back into rotation after drain or maintenance.")
    static final class Resume extends EntryCommand {
        Resume(Terminal terminal) {
            super(terminal);
        }

        @Override
        AdminClient.Reply change(AdminClient client, String path) {
            return state(client, path, "ACTIVE");
        }

        @Override
        String done() {
            return "takes messages again";
        }
    }

    /** Takes an entry out of the table. */
    @Command(name = "remove", description = "Remove a server's entry from the route table.")
    static final class Remove extends EntryCommand {
        Remove(Terminal terminal) {
            super(terminal);
        }

        @Override
        AdminClient.Reply change(AdminClient client, String path) {
            return client.call("DELETE", path, null);
        }

        @Override
        String done() {
            return "is removed; it comes back if the server registers anew";
        }
    }

    abstract AdminClient.Reply change(AdminClient client, String path);

    abstract String done();

    /** Waits for the effect of the change. */
    void afterwards(AdminClient client, EntryName name) {}

    private static AdminClient.Reply state(AdminClient client, String path, String state) {
        AdminClient.Reply reply = client.call("PUT", path + "/state", Map.of("state", state));
        if (reply.status() == 204) {
            // The proxy always tells the entry.
            throw client.refused(reply);
        }
        return reply;
    }

    @Override
    public Integer call() {
        EntryName name = EntryName.of(entry, policy, id);
        String shown = name.toString();
        AdminClient client = admin.client();
        AdminClient.Reply reply = change(client, name.path());
        if (reply.status() == 404) {
            throw new CliException(ExitCode.REFUSED,
                    "there is no entry " + Style.safe(shown) + "; revproc routes shows what there is");
        }
        if (reply.status() != 204) {
            // The entry as it is now, or that the store does not have the change yet: both have this field.
            client.fields(reply, "pending");
        }
        afterwards(client, name);
        if (common.json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("entry", shown);
            fields.put("ok", true);
            fields.putAll(Json.object(reply.body()));
            terminal.out().println(Json.write(fields));
        } else {
            terminal.out().println(terminal.style().bold(Style.safe(shown)) + " " + done() + client.pending(reply));
        }
        return ExitCode.OK;
    }
}
