package io.revproc.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a policy without servers off the list of those that are missed. */
@Command(name = "dismiss", description = "Forget a policy that lost its last server and will not come back.")
final class DismissCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "POLICY", description = "The policy, such as PP_1.")
    private String policy;

    DismissCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.call("DELETE", "/admin/policies/" + EntryName.encode(policy), null);
        if (reply.status() == 404) {
            throw new CliException(ExitCode.REFUSED,
                    "there is no policy " + policy + " to dismiss: " + reply.problem());
        }
        if (reply.status() != 204) {
            client.fields(reply, "pending");
        }
        if (common.json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("policy", policy);
            fields.put("ok", true);
            terminal.out().println(Json.write(fields));
        } else {
            terminal.out().println(terminal.style().bold(Style.safe(policy))
                    + " is dismissed; it comes back if a server registers for it" + client.pending(reply));
        }
        return ExitCode.OK;
    }
}
