package io.revproc.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.revproc.cli.live.LiveTable;
import io.revproc.cli.live.Screen;

/** Renders the screen of {@code top}: policies and servers, the worst first. Not thread-safe. */
final class TopView implements Screen.View {
    /** The order of the rows. */
    enum Order {
        WORST, BUSIEST, NAME;

        Order next() {
            return values()[(ordinal() + 1) % values().length];
        }
    }

    private static final Comparator<LiveTable.Policy> WORST_POLICY = Comparator
            .comparing((LiveTable.Policy policy) -> policy.up() > 0)
            .thenComparing(Comparator.comparingDouble(LiveTable.Policy::errors).reversed())
            .thenComparing(Comparator.comparingDouble(LiveTable.Policy::perSecond).reversed());
    private static final Comparator<LiveTable.Server> WORST_SERVER = Comparator.comparing(LiveTable.Server::up)
            .thenComparing(Comparator.comparingDouble(LiveTable.Server::errors).reversed())
            .thenComparing(Comparator.comparingDouble(LiveTable.Server::perSecond).reversed());
    /** Rows that are neither a policy's nor a server's: two above, one below, titles and the lines between. */
    private static final int FRAME = 7;
    private static final double POLICIES_SHARE = 0.4;

    private final String name;
    private final Supplier<LiveTable.Snapshot> table;
    private final Supplier<String> trouble;
    private final Style style;
    private Order order = Order.WORST;

    /**
     * @param name    of the proxy
     * @param trouble what keeps figures from coming; empty if nothing does
     */
    TopView(String name, Supplier<LiveTable.Snapshot> table, Supplier<String> trouble, Style style) {
        this.name = name;
        this.table = table;
        this.trouble = trouble;
        this.style = style;
    }

    @Override
    public void key(int key) {
        if (key == 's') {
            order = order.next();
        }
    }

    @Override
    public List<String> lines(int width, int height) {
        LiveTable.Snapshot now = table.get();
        List<LiveTable.Policy> policies = new ArrayList<>(now.policies());
        List<LiveTable.Server> servers = new ArrayList<>(now.servers());
        if (order == Order.WORST) {
            policies.sort(WORST_POLICY);
            servers.sort(WORST_SERVER);
        } else if (order == Order.BUSIEST) {
            policies.sort(Comparator.comparingDouble(LiveTable.Policy::perSecond).reversed());
            servers.sort(Comparator.comparingDouble(LiveTable.Server::perSecond).reversed());
        }
        int room = Math.max(2, height - FRAME);
        int forPolicies = Math.min(policies.size(), Math.max((int) (room * POLICIES_SHARE), room - servers.size()));
        List<String> lines = new ArrayList<>(summary(now));
        lines.add("");
        lines.addAll(cut(policies(policies), Math.max(1, forPolicies), "policies"));
        lines.add("");
        lines.addAll(cut(servers(servers), Math.max(1, room - forPolicies), "servers"));
        while (lines.size() < height - 1) {
            lines.add("");
        }
        String why = trouble.get();
        lines.add(why.isEmpty()
                ? style.dim("q quit   s " + order.name().toLowerCase(Locale.ROOT) + " first → "
                        + order.next().name().toLowerCase(Locale.ROOT))
                : style.bad(Style.safe(why)));
        return lines;
    }

    /** All of it, without a frame: where there is no terminal. */
    String text() {
        LiveTable.Snapshot now = table.get();
        return String.join("\n", summary(now)) + "\n\n" + String.join("\n", policies(now.policies())) + "\n\n"
                + String.join("\n", servers(now.servers())) + "\n";
    }

    private List<String> summary(LiveTable.Snapshot now) {
        long up = now.servers().stream().filter(LiveTable.Server::up).count();
        long unserved = now.policies().stream().filter(policy -> policy.up() == 0).count();
        double errors = now.policies().stream().mapToDouble(LiveTable.Policy::errors).sum() + now.unrouted();
        String servers = up + " of " + (now.servers().size() + now.omitted()) + " servers take messages";
        String policies = now.policies().size() + (now.policies().size() == 1 ? " policy" : " policies")
                + (unserved == 0 ? "" : ", " + style.bad(unserved + " without a server"));
        String failing = rate(errors) + " errors/s";
        return List.of(
                style.bold(Style.safe(name)) + "  " + (up < now.servers().size() ? style.warn(servers) : servers) + ", "
                        + policies + ", " + now.connections() + " connections",
                style.bold(rate(now.policies().stream().mapToDouble(LiveTable.Policy::perSecond).sum()))
                        + " messages/s, " + (errors > 0 ? style.bad(failing) : failing) + ", "
                        + now.policies().stream().mapToLong(LiveTable.Policy::inFlight).sum() + " in flight, "
                        + now.policies().stream().mapToLong(LiveTable.Policy::waiting).sum() + " waiting");
    }

    private List<String> policies(List<LiveTable.Policy> policies) {
        Table rows = new Table("POLICY", ">UP", ">OF", ">MSG/S", ">ERR/S", ">IN FLIGHT", ">WAITING", ">P50", ">P99",
                "NO SERVER SINCE");
        policies.forEach(policy -> rows.row(Table.Cell.of(policy.name(), style::bold),
                Table.Cell.of(policy.up(), policy.up() == 0 ? style::bad : style::good),
                Table.Cell.of(policy.servers()), Table.Cell.of(rate(policy.perSecond())), errors(policy.errors()),
                Table.Cell.of(policy.inFlight()),
                Table.Cell.of(policy.waiting(), policy.waiting() > 0 ? style::warn : text -> text),
                Table.Cell.of(micros(policy.p50Micros())), Table.Cell.of(micros(policy.p99Micros())),
                policy.noServerSince() == null
                        ? Table.Cell.of("-")
                        : policy.noServerSince().isEmpty()
                                ? Table.Cell.of("waits for its first", style::warn)
                                : Table.Cell.of(Table.time(policy.noServerSince()), style::bad)));
        return rows.show(style).lines().toList();
    }

    private List<String> servers(List<LiveTable.Server> servers) {
        Table rows = new Table("POLICY", ">ID", "ADDRESS", "STATE", ">MSG/S", ">ERR/S", ">IN FLIGHT", ">P99", ">LEASE");
        servers.forEach(server -> rows.row(Table.Cell.of(server.policy(), style::bold), Table.Cell.of(server.id()),
                Table.Cell.of(server.address()),
                Table.Cell.of(server.state().equals("ACTIVE") ? server.liveness() : server.state(),
                        server.up() ? style::good : server.state().equals("ACTIVE") ? style::bad : style::warn),
                Table.Cell.of(rate(server.perSecond())), errors(server.errors()), Table.Cell.of(server.inFlight()),
                Table.Cell.of(micros(server.p99Micros())),
                Table.Cell.of(server.leaseMillis() < 0 ? "-" : Durations.show(server.leaseMillis() * 1_000_000))));
        return rows.show(style).lines().toList();
    }

    private Table.Cell errors(double perSecond) {
        return Table.Cell.of(rate(perSecond), perSecond > 0 ? style::bad : text -> text);
    }

    /** A table's title and so many of its rows; the last one says how many there is no room for. */
    private List<String> cut(List<String> rows, int room, String what) {
        if (rows.size() - 1 <= room) {
            return rows;
        }
        List<String> shown = new ArrayList<>(rows.subList(0, room));
        shown.add(style.dim("… " + (rows.size() - room) + " more " + what));
        return shown;
    }

    private static String rate(double perSecond) {
        return perSecond > 0 && perSecond < 10
                ? String.format(Locale.ROOT, "%.1f", perSecond)
                : String.format(Locale.ROOT, "%,.0f", perSecond);
    }

    private static String micros(long micros) {
        return micros < 0 ? "-" : Durations.show(micros * 1_000);
    }
}
