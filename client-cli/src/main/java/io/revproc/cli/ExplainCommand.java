package io.revproc.cli;

import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints why each server of a policy may or may not take a message now. */
@Command(name = "explain", description = "Say why each server of a policy may or may not take a message now, and where the next message would go.", footer = {
        "Examples:", "  revproc explain PP_1", "  revproc explain PP_1 --client 192.0.2.7 --size 4096"})
final class ExplainCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "POLICY", description = "The policy.")
    private String policy;

    @Option(names = "--client", paramLabel = "ADDR", description = "The address of the message's sender.")
    private @Nullable String client;

    @Option(names = "--size", paramLabel = "N", description = "The message's size in bytes.")
    private int size;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient proxy = admin.client();
        String path = "/admin/policies/" + EntryName.encode(policy) + "/explain?size=" + size
                + (client == null ? "" : "&client=" + EntryName.encode(client));
        Map<String, @Nullable Object> explained = proxy.fields(proxy.call("GET", path, null), "next");
        terminal.out().print(common.json ? Json.write(explained) + "\n" : text(explained));
        return ExitCode.OK;
    }

    private String text(Map<String, @Nullable Object> body) {
        StringBuilder text = new StringBuilder();
        Style style = terminal.style();
        for (Object each : Json.array(body.get("servers"))) {
            Map<String, @Nullable Object> server = Json.object(each);
            boolean takes = Boolean.TRUE.equals(server.get("takes"));
            text.append(style.bold(Table.text(server.getOrDefault("policy", policy)) + "/"
                    + Table.text(server.get("id"))))
                    .append(" at ")
                    .append(HostPort.text(Table.text(server.get("host")), Table.text(server.get("port"))))
                    .append(takes ? style.good("  may take it") : style.bad("  may not take it")).append('\n');
            for (Object reason : Json.array(server.get("reasons"))) {
                text.append("    ").append(Table.text(reason)).append('\n');
            }
        }
        Object refusal = body.get("refusal");
        return text.append("The next message: ").append(refusal == null ? "" : style.bad(Table.text(refusal)) + ", ")
                .append(Table.text(body.get("next"))).append('\n').toString();
    }
}
