package io.revproc.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the proxies that share the route table. */
@Command(name = "proxies", description = "Show the proxies that share one table: which are up, since when one has been gone, and what each sees.", footer = {
        "Examples:", "  revproc proxies", "  revproc proxies --json | jq '.proxies[] | select(.state == \"GONE\")'"})
final class ProxiesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    ProxiesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient client = admin.client();
        Map<String, @Nullable Object> all = client.fields(client.call("GET", "/admin/proxies", null), "proxies");
        terminal.out().print(common.json ? Json.write(all) + "\n" : text(all, terminal.style()));
        return ExitCode.OK;
    }

    private static String text(Map<String, @Nullable Object> body, Style style) {
        var proxies = Json.array(body.get("proxies"));
        // By the clock of the proxy that tells.
        Instant now = proxies.stream().filter(proxy -> Boolean.TRUE.equals(Json.object(proxy).get("self")))
                .map(proxy -> instant(Json.object(proxy).get("lastSeen"))).filter(Objects::nonNull).findFirst()
                .orElseGet(Instant::now);
        Table table = new Table("PROXY", "STATE", ">FOR", ">HEARD", "VERSION", ">SERVERS", ">POLICIES DOWN",
                ">MESSAGES/S", ">REFUSED/S", "RECORD", "DASHBOARD");
        proxies.forEach(proxy -> row(table, Json.object(proxy), now, style));
        StringBuilder text = new StringBuilder(table.show(style));
        String store = Table.text(body.get("store"));
        if (!Boolean.TRUE.equals(body.get("shared"))) {
            text.append("The table is in this proxy's memory alone; revproc.store=etcd shares it with others.\n");
        } else if (store.endsWith("lost")) {
            text.append(style.warn("This proxy can't reach etcd: what it says of the others is the last that it knew."))
                    .append('\n');
        }
        return text.toString();
    }

    private static void row(Table table, Map<String, @Nullable Object> proxy, Instant now, Style style) {
        String state = Table.text(proxy.get("state")).toLowerCase(Locale.ROOT);
        boolean self = Boolean.TRUE.equals(proxy.get("self"));
        boolean known = proxy.get("servers") != null;
        Object since = proxy.get(proxy.get("goneSince") == null ? "startedAt" : "goneSince");
        table.row(Table.Cell.of(Table.text(proxy.get("name")) + (self ? " (this one)" : ""), style::bold),
                Table.Cell.of(state,
                        state.equals("up") ? style::good : state.equals("gone") ? style::bad : style::warn),
                Table.Cell.of(age(since, now)),
                Table.Cell.of(known ? age(proxy.get("lastSeen"), now) : "-"),
                Table.Cell.of(proxy.get("version")),
                Table.Cell
                        .of(known ? Table.text(proxy.get("inRotation")) + "/" + Table.text(proxy.get("servers")) : "-"),
                Table.Cell.of(proxy.get("policiesWithoutServer")),
                Table.Cell.of(proxy.get("messagesPerSecond")),
                Table.Cell.of(proxy.get("refusalsPerSecond")),
                Table.Cell.of(Table.text(proxy.get("record")).toLowerCase(Locale.ROOT)),
                Table.Cell.of(proxy.get("admin")));
    }

    private static @Nullable Instant instant(@Nullable Object told) {
        try {
            return told == null ? null : Instant.parse(told.toString());
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String age(@Nullable Object told, Instant now) {
        Instant since = instant(told);
        if (since == null) {
            return "-";
        }
        long seconds = Math.max(0, Duration.between(since, now).toSeconds());
        return seconds < 60
                ? seconds + "s"
                : seconds < 3600
                        ? seconds / 60 + "m"
                        : seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }
}
