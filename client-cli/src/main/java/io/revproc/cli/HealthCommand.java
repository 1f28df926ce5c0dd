package io.revproc.cli;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks the proxy how it is. */
@Command(name = "health", description = "Show the proxy's health, with the reasons if something is wrong; exit code 0 only if it is UP.")
final class HealthCommand implements Callable<Integer> {
    private static final String UP = "UP";
    /** Details that say what is wrong, also of a part that is up all the same. */
    private static final Set<String> COMPLAINTS = Set.of("problem", "reason", "error");
    /** A part each of whose details is such a one: issuers, and why their keys can't be read. */
    private static final String ISSUERS = "evidenceKeys";
    private static final int MAX_LENGTH = 500;
    private static final int MAX_DEPTH = 3;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    HealthCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.call("GET", "/actuator/health", null);
        Map<String, @Nullable Object> health = Json.object(reply.body());
        if (!(health.get("status") instanceof String status)) {
            throw client.refused(reply);
        }
        if (common.json) {
            terminal.out().println(Json.write(reply.body()));
        } else {
            terminal.out().println(paint(status));
            parts(Json.object(health.get("components")), 1);
            if (!status.equals(UP) && !health.containsKey("components")) {
                terminal.say(
                        "the proxy gives reasons only to those it knows: set REVPROC_TOKEN, or ask on its own machine");
            }
        }
        return status.equals(UP) ? ExitCode.OK : ExitCode.REFUSED;
    }

    private void parts(Map<String, @Nullable Object> components, int depth) {
        String indent = "  ".repeat(depth);
        components.forEach((name, each) -> {
            Map<String, @Nullable Object> part = Json.object(each);
            if (!(part.get("status") instanceof String status)) {
                return;
            }
            terminal.out().println(indent + Style.safe(name) + " " + paint(status));
            Json.object(part.get("details")).forEach((key, value) -> {
                if (!status.equals(UP) || COMPLAINTS.contains(key) || name.equals(ISSUERS)) {
                    terminal.out().println(indent + "  " + Style.safe(key) + ": " + shown(value));
                }
            });
            if (depth < MAX_DEPTH) {
                parts(Json.object(part.get("components")), depth + 1);
            }
        });
    }

    private static String shown(@Nullable Object value) {
        String text = Style.safe(value instanceof String told ? Table.time(told) : Json.write(value));
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }

    private String paint(String status) {
        String text = Style.safe(status);
        return status.equals(UP) ? terminal.style().good(text) : terminal.style().bad(text);
    }
}
