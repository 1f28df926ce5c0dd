package io.revproc.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Waits for the proxy, or for servers of a policy. */
@Command(name = "wait", description = "Wait until the proxy is up, or until a policy has servers that take messages.", footer = {
        "Examples:", "  revproc wait --timeout 30s                    # until the proxy is up",
        "  revproc wait --policy PP_1 --servers 2        # and two servers of PP_1 take messages", "",
        "It also waits for a proxy that can't be reached yet. Exit code 4: the time ran out."})
final class WaitCommand implements Callable<Integer> {
    private static final int MAX_SERVERS = 1_000_000;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = "--policy", paramLabel = "PP_1", description = "Wait for servers of this policy.")
    private @Nullable String policy;

    @Option(names = "--servers", paramLabel = "N", description = "How many servers (default: 1).")
    private @Nullable Integer servers;

    @Option(names = "--timeout", paramLabel = "TIME", description = "The longest time to wait, such as 30s (default: no limit).")
    private @Nullable Duration timeout;

    WaitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (servers != null && (policy == null || servers < 1 || servers > MAX_SERVERS)) {
            throw CliException.usage("--servers is 1 to " + MAX_SERVERS + ", and goes with --policy");
        }
        AdminClient client = admin.client();
        Waiting.until(terminal, client, most -> policy == null
                ? notUp(client, most)
                : tooFew(client, policy, servers == null ? 1 : servers, most), timeout, "");
        if (common.json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("policy", policy);
            fields.put("ok", true);
            terminal.out().println(Json.write(fields));
        }
        return ExitCode.OK;
    }

    private static @Nullable String notUp(AdminClient client, int most) {
        AdminClient.Reply reply = client.get("/actuator/health", most);
        if (!(Json.object(reply.body()).get("status") instanceof String status)) {
            if (reply.status() == 503) {
                return "the proxy is not up";
            }
            throw client.refused(reply);
        }
        return "UP".equals(status) ? null : "the proxy is " + status;
    }

    private static @Nullable String tooFew(AdminClient client, String policy, int wanted, int most) {
        AdminClient.Reply reply = client.get("/admin/policies/" + EntryName.encode(policy), most);
        Object there = reply.status() == 404 ? 0 : client.fields(reply, "inRotation").get("inRotation");
        long now = there instanceof Number number ? number.longValue() : 0;
        String perhaps = reply.knowsABetterName() ? " (" + reply.problem() + ")" : "";
        return now >= wanted ? null : now + " of " + wanted + " servers of " + policy + " take messages" + perhaps;
    }
}
