package io.revproc.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports whether a server may register by a grant. */
@Command(name = "can-register", description = "Say whether a server may register for a policy now by a grant, and if not, why.", footer = {
        "Example:", "  revproc can-register --policy health-de --grant clinic --region DE --purpose care", "",
        "Assumes that the server shows the token, certificate or address that the grant asks for. Exits with 1 if it may not register."})
final class CanRegisterCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = "--policy", required = true, paramLabel = "POLICY", description = "The policy.")
    private String policy;

    @Option(names = "--grant", paramLabel = "NAME", description = "The grant's name (default: none).")
    private @Nullable String grant;

    @Option(names = "--server-id", paramLabel = "ID", description = "The server's id (default: ${DEFAULT-VALUE}).")
    private String id = "1";

    @Option(names = "--region", paramLabel = "DE", description = "The region that the server states.")
    private @Nullable String region;

    @Option(names = "--purpose", split = ",", paramLabel = "NAME", description = "The purposes that the server states.")
    private @Nullable List<String> purposes;

    CanRegisterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient proxy = admin.client();
        StringBuilder path = new StringBuilder("/admin/policies/").append(EntryName.encode(policy))
                .append("/can-register?id=").append(EntryName.encode(id));
        if (grant != null) {
            path.append("&grant=").append(EntryName.encode(grant));
        }
        if (region != null) {
            path.append("&region=").append(EntryName.encode(region));
        }
        for (String purpose : purposes == null ? List.<String>of() : purposes) {
            path.append("&purposes=").append(EntryName.encode(purpose));
        }
        Map<String, @Nullable Object> body = proxy.fields(proxy.call("GET", path.toString(), null), "allowed");
        boolean allowed = Boolean.TRUE.equals(body.get("allowed"));
        if (common.json) {
            terminal.out().println(Json.write(body));
        } else {
            String note = body.get("note") == null ? "" : "; " + Table.text(body.get("note"));
            terminal.out().println(
                    (allowed ? "yes" : "no: " + Style.clause(Table.text(body.get("reason")))) + note);
        }
        return allowed ? ExitCode.OK : ExitCode.REFUSED;
    }
}
