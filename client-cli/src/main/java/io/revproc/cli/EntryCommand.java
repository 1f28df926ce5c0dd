package io.revproc.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Parameters(index = "0", arity = "0..1", paramLabel = "POLICY/ID", description = "The entry, such as PP_1/2.")
    private @Nullable String entry;

    @Option(names = "--policy", paramLabel = "POLICY", description = "The entry's policy, with --id, where a name has a slash.")
    private @Nullable String policy;

    @Option(names = "--id", paramLabel = "ID", description = "The entry's server id, with --policy.")
    private @Nullable String id;

    private EntryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Lets a server finish what it has. */
    @Command(name = "drain", description = "Give a server no new messages; it finishes what it has.")
    static final class Drain extends EntryCommand {
        Drain(Terminal terminal) {
            super(terminal);
        }

        @Override
        AdminClient.Reply change(AdminClient client, String path) {
            return state(client, path, "DRAINING");
        }

        @Override
        String done() {
            return "is draining: no new messages go to it";
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
    @Command(name = "remove", description = "Take a server's entry out of the switch table.")
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

    private static AdminClient.Reply state(AdminClient client, String path, String state) {
        return client.call("PUT", path + "/state", Map.of("state", state));
    }

    private record Name(String policy, String id) {}

    /** Which entry is meant; never guessed, since a policy and an id may have slashes too. */
    private Name name() {
        if (policy != null && id != null && entry == null) {
            return new Name(policy, id);
        }
        if (entry == null || policy != null || id != null) {
            throw CliException
                    .usage("an entry is named as POLICY/ID, such as PP_1/2, or with --policy and --id together");
        }
        int slash = entry.indexOf('/');
        if (slash != entry.lastIndexOf('/')) {
            int last = entry.lastIndexOf('/');
            throw CliException.usage("'" + entry + "' can be read in more than one way; write --policy '"
                    + entry.substring(0, last) + "' --id '" + entry.substring(last + 1) + "', or what you mean");
        }
        if (slash <= 0 || slash == entry.length() - 1) {
            throw CliException
                    .usage("'" + entry + "' is not of the form POLICY/ID, such as PP_1/2; revproc routes shows them");
        }
        return new Name(entry.substring(0, slash), entry.substring(slash + 1));
    }

    @Override
    public Integer call() {
        Name name = name();
        String shown = name.policy() + "/" + name.id();
        AdminClient client = admin.client();
        AdminClient.Reply reply = change(client, "/admin/routes/" + encode(name.policy()) + "/" + encode(name.id()));
        if (reply.status() == 404) {
            throw new CliException(ExitCode.REFUSED,
                    "there is no entry " + Style.safe(shown) + "; revproc routes shows what there is");
        }
        if (!reply.ok()) {
            throw client.refused(reply);
        }
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

    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
