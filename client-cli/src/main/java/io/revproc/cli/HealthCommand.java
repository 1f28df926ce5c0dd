package io.revproc.cli;

import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks the proxy how it is. */
@Command(name = "health", description = "Show the proxy's health; exit code 0 only if it is UP.")
final class HealthCommand implements Callable<Integer> {
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
            Json.object(health.get("components")).forEach((name, component) -> {
                if (Json.object(component).get("status") instanceof String part) {
                    terminal.out().println("  " + Style.safe(name) + " " + paint(part));
                }
            });
        }
        return status.equals("UP") ? ExitCode.OK : ExitCode.REFUSED;
    }

    private String paint(String status) {
        String text = Style.safe(status);
        return status.equals("UP") ? terminal.style().good(text) : terminal.style().bad(text);
    }
}
