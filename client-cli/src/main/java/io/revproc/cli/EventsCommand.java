package io.revproc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what happened, and goes on with what happens. */
@Command(name = "events", description = "Show events: servers that came, left, failed and recovered, changes by operators, and faults.", footer = {
        "Examples:", "  revproc events --since 1h", "  revproc events --policy PP_1 --follow",
        "  revproc events --server PP_1/2 --json | jq .event", "",
        "docs/events.md explains each event. Repeated events are one line with a count."})
final class EventsCommand implements Callable<Integer> {
    private static final int MAX_LIMIT = 1_000;
    private static final String PATH = "/admin/events";

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = {"--follow", "-f"}, description = "Keep showing new events until Ctrl-C.")
    private boolean follow;

    @Option(names = "--since", paramLabel = "TIME", description = "Only after this: a time such as 2026-11-29T20:00:00Z, how long ago (30s, 10m, 2h, 1d), or an event's id.")
    private @Nullable String since;

    @Option(names = "--policy", paramLabel = "PP_1", description = "Only about this policy or its servers.")
    private @Nullable String policy;

    @Option(names = "--server", paramLabel = "POLICY/ID", description = "Only about this server.")
    private @Nullable String server;

    @Option(names = {"--limit",
            "-n"}, paramLabel = "N", defaultValue = "100", description = "How many of the newest events to show, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--events", paramLabel = "N", hidden = true, description = "End --follow after N events.")
    private long wanted = Long.MAX_VALUE;

    private long printed;
    private String last = "";

    EventsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw CliException.usage("--limit is 1 to " + MAX_LIMIT);
        }
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.call("GET", PATH + query(since, true), null);
        if (reply.status() == 404) {
            throw new CliException(ExitCode.REFUSED, "this proxy is older than its events; its log has them");
        }
        Map<String, @Nullable Object> body = client.fields(reply, "events");
        if (Boolean.TRUE.equals(body.get("more")) && !common.json) {
            terminal.say("there are older ones: a larger --limit or --since shows them");
        }
        Json.array(body.get("events")).forEach(this::print);
        last = String.valueOf(body.get("lastId"));
        if (printed == 0) {
            terminal.say(nothing(client));
        }
        if (follow) {
            // What happens between two streams is in the second one.
            Following.until(terminal, () -> printed >= wanted, "the proxy ended the stream of events",
                    () -> client.stream(PATH + query(last, false), 0, (event, data) -> {
                        print(data);
                        return printed < wanted && !terminal.isClosed();
                    }));
        }
        return ExitCode.OK;
    }

    /** Says what there is no event of, and if it is a policy that the proxy has not heard of, that. */
    private String nothing(AdminClient client) {
        String about = server != null ? " of the server " + server : policy != null ? " of the policy " + policy : "";
        String sentence = "there is no event" + about + (since == null ? "" : " since " + since);
        String named = policy != null
                ? policy
                : server != null && server.lastIndexOf('/') > 0 ? server.substring(0, server.lastIndexOf('/')) : null;
        if (named == null) {
            return sentence + (since == null ? " yet" : "; an earlier --since may have some");
        }
        AdminClient.Reply known = client.call("GET", "/admin/policies/" + EntryName.encode(named), null);
        return known.status() == 404 && known.says()
                ? sentence + ": " + known.problem()
                : sentence;
    }

    private String query(@Nullable String from, boolean limited) {
        List<String> parts = new ArrayList<>();
        if (limited) {
            parts.add("limit=" + limit);
        }
        add(parts, "since", from);
        add(parts, "policy", policy);
        add(parts, "server", server);
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static void add(List<String> parts, String name, @Nullable String value) {
        if (value != null) {
            parts.add(name + "=" + EntryName.encode(value));
        }
    }

    private void print(@Nullable Object data) {
        Map<String, @Nullable Object> event = Json.object(data);
        if (event.get("id") == null) {
            return;
        }
        printed++;
        last = String.valueOf(event.get("id"));
        terminal.out().println(common.json ? Json.write(event) : line(event, terminal.style()));
        terminal.out().flush();
    }

    /** When, how grave, what, about whom, and the rest. */
    static String line(Map<String, @Nullable Object> event, Style style) {
        String level = Table.text(event.get("level"));
        String name = Table.text(event.get("event"));
        String shown = level.equals("ERROR") ? style.bad(name) : level.equals("WARN") ? style.warn(name) : name;
        StringBuilder line = new StringBuilder(style.dim(Table.time(event.get("at"))))
                .append("  ").append(pad(level, 5)).append("  ").append(shown);
        Object subject = event.get("server") != null ? event.get("server") : event.get("policy");
        if (subject != null) {
            line.append("  ").append(style.bold(Table.text(subject)));
        }
        Json.object(event.get("fields")).forEach((key, value) -> {
            if (!key.equals("policy") && !key.equals("server")) {
                String said = Table.text(value);
                line.append("  ").append(Style.safe(key)).append('=')
                        .append(said.indexOf(' ') < 0 ? said : "\"" + said + "\"");
            }
        });
        if (event.get("count") instanceof Number count && count.longValue() > 1) {
            line.append("  ").append(style.dim(count + " times since " + Table.time(event.get("first"))));
        }
        return line.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
