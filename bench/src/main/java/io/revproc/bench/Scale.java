package io.revproc.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The program behind {@code bin/scale}: several proxies over one etcd, more and more registrations, and what each step costs.
 * How long a registration takes to reach the other proxies is measured where it counts: at their listeners, by messages that are
 * refused until the proxy knows a server of their policy.
 */
@Command(name = "scale", mixinStandardHelpOptions = true, sortOptions = false, description = "Registers more and more servers at several proxies over one etcd; measures memory and propagation.")
final class Scale implements Callable<Integer> {
    private static final int SERVERS_PER_POLICY = 100;
    private static final long ARRIVAL_SECONDS = 300;
    private static final String REGISTERED = "{\"Status\": \"Successfully setup with reverse proxy\"}";
    private static final String UNKNOWN = "NO_SERVER";

    @Option(names = "--proxies", split = ",", defaultValue = "1,3,5", description = "numbers of proxies to measure with (default: ${DEFAULT-VALUE})")
    private List<Integer> proxies = List.of();

    @Option(names = "--servers", split = ",", defaultValue = "10,1000,10000,100000", description = "sizes of the switch table, ascending (default: ${DEFAULT-VALUE})")
    private List<Integer> sizes = List.of();

    @Option(names = "--probes", defaultValue = "100", description = "registrations to time at each size (default: ${DEFAULT-VALUE})")
    private int probes;

    @Option(names = "--out", description = "folder for the table and the plot (default: print the table only)")
    private @Nullable Path out;

    /** Bytes of a proxy by the table's size, with the last number of proxies. */
    private final Map<Integer, Double> memory = new LinkedHashMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Scale()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("revproc.home", "."));
        Path scratch = Files.createTempDirectory("revproc-scale");
        System.err.println("logs of the programs: " + scratch);
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, """
                | proxies | servers in the table | registrations/s | until every proxy had the last | \
                propagation p50 / p99 / max of %d | memory of a proxy | memory of etcd |
                |---|---|---|---|---|---|---|
                """, probes));
        for (int count : proxies) {
            try (Cluster cluster = new Cluster(home, scratch.resolve("p" + count), count)) {
                for (int size : sizes) {
                    String line = step(cluster, size);
                    System.err.print(line);
                    table.append(line);
                }
            }
        }
        System.out.print(table);
        if (out != null) {
            Files.writeString(out.resolve("scale.md"), "<!-- made by bin/scale -->\n" + table);
            Files.writeString(out.resolve("scale.svg"), plot(memory));
        }
        return 0;
    }

    private String step(Cluster cluster, int size) throws IOException, InterruptedException {
        int before = cluster.registered;
        long start = System.nanoTime();
        cluster.registerUpTo(size);
        double rate = (size - before) / ((System.nanoTime() - start) / 1e9);
        double settled = cluster.awaitPolicy("last-" + size, start) / 1e9;
        List<Double> arrivals = new ArrayList<>();
        for (int i = 0; i < probes; i++) {
            String policy = "probe-" + size + "-" + i;
            long registered = System.nanoTime();
            cluster.register(i % cluster.ports.size(), policy, 900_000_000 + size + i);
            arrivals.add(cluster.awaitPolicy(policy, registered) / 1e6);
        }
        arrivals.sort(null);
        double bytes = cluster.proxyBytes();
        memory.put(size, bytes);
        return String.format(Locale.ROOT, "| %d | %,d | %,.0f | %.1f s | %.1f / %.1f / %.1f ms | %.0f MB | %.0f MB |%n",
                cluster.ports.size(), size, rate, settled, percentile(arrivals, 50), percentile(arrivals, 99),
                arrivals.getLast(), bytes / 1e6, cluster.etcdBytes() / 1e6);
    }

    /** Memory by size; the last bar goes on with the line through the first and the last measured point. */
    static String plot(Map<Integer, Double> memory) {
        List<String> labels = new ArrayList<>();
        List<Spread> bars = new ArrayList<>();
        memory.forEach((size, bytes) -> {
            labels.add(String.format(Locale.ROOT, "%,d", size));
            bars.add(Spread.of(List.of(bytes / 1e6)));
        });
        List<Integer> sizes = List.copyOf(memory.keySet());
        int first = sizes.getFirst();
        int last = sizes.getLast();
        if (last > first) {
            double start = Objects.requireNonNull(memory.get(first));
            double each = (Objects.requireNonNull(memory.get(last)) - start) / (last - first);
            labels.add(String.format(Locale.ROOT, "%,d, extrapolated", 10L * last));
            bars.add(Spread.of(List.of((start + each * (10.0 * last - first)) / 1e6)));
        }
        return BarPlot.svg("Memory of a proxy, MB, by servers in the shared table", labels, List.of("MB"),
                List.of(bars),
                Double.NaN);
    }

    private static double percentile(List<Double> sorted, int percent) {
        return sorted.get(Math.min(sorted.size() - 1, (sorted.size() * percent + 99) / 100 - 1));
    }

    /** One etcd and its proxies, with one kept connection to each of them for registrations and one for messages. */
    private static final class Cluster implements AutoCloseable {
        private final List<Child> children = new ArrayList<>();
        private final List<Integer> ports = new ArrayList<>();
        private final List<Socket> registrars = new ArrayList<>();
        private final List<Socket> clients = new ArrayList<>();
        /** All servers are this one. It hangs up at once, which is an answer as good as any here. */
        private final ServerSocket server = new ServerSocket(0);
        private int registered;

        Cluster(Path home, Path scratch, int count) throws IOException, InterruptedException {
            Thread.ofVirtual().start(this::hangUp);
            try {
                Files.createDirectories(scratch);
                int etcd = SideBySide.freePort();
                String client = "http://127.0.0.1:" + etcd;
                String peer = "http://127.0.0.1:" + SideBySide.freePort();
                children.add(Child.start("etcd", null, scratch.resolve("etcd.log"), etcd,
                        List.of("etcd", "--name", "one", "--data-dir", scratch.resolve("etcd").toString(),
                                "--listen-client-urls", client, "--advertise-client-urls", client,
                                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                                "--initial-cluster", "one=" + peer)));
                for (int i = 0; i < count; i++) {
                    int port = SideBySide.freePort();
                    children.add(Child.start("proxy " + i, null, scratch.resolve("proxy" + i + ".log"), port,
                            List.of(home.resolve("bin/revproc-service").toString(), "--revproc.listener.port=" + port,
                                    "--server.port=" + SideBySide.freePort(), "--revproc.listener.event-loops=1",
                                    "--revproc.store=etcd", "--revproc.store.etcd.endpoints=" + client,
                                    "--revproc.registration.max-endpoints=1000000",
                                    "--revproc.registration.max-endpoints-per-policy=1000000",
                                    "--revproc.audit.enabled=false")));
                    ports.add(port);
                    registrars.add(connected(port));
                    clients.add(connected(port));
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                close();
                throw e;
            }
        }

        private void hangUp() {
            while (!server.isClosed()) {
                try {
                    server.accept().close();
                } catch (IOException e) {
                    // closed meanwhile, or a proxy gave up: nothing is owed to it
                }
            }
        }

        private static Socket connected(int port) throws IOException {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            return socket;
        }

        /** The proxies take turns; the last server has a policy of its own, to see it arrive. */
        void registerUpTo(int size) throws IOException {
            for (; registered < size - 1; registered++) {
                register(registered % ports.size(), "other-" + registered / SERVERS_PER_POLICY, registered);
            }
            register(registered % ports.size(), "last-" + size, registered);
            registered++;
        }

        void register(int proxy, String policy, int id) throws IOException {
            Socket socket = registrars.get(proxy);
            socket.getOutputStream().write(("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy
                    + "\", \"listenport\": " + server.getLocalPort() + "}").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(REGISTERED.length()),
                    StandardCharsets.US_ASCII);
            if (!answer.equals(REGISTERED)) {
                throw new IOException("the proxy refused server " + id + ": " + answer);
            }
        }

        /** Asks every proxy until it knows the policy; answers the nanoseconds since {@code start} that the last one took. */
        long awaitPolicy(String policy, long start) throws IOException, InterruptedException {
            byte[] message = ("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"" + policy
                    + "\", \"payload\": \"?\", \"msgId\": 1}").getBytes(StandardCharsets.US_ASCII);
            for (Socket client : clients) {
                while (refused(client, message)) {
                    if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(ARRIVAL_SECONDS)) {
                        throw new IOException("a proxy did not learn of " + policy);
                    }
                    TimeUnit.MICROSECONDS.sleep(500);
                }
            }
            return System.nanoTime() - start;
        }

        private static boolean refused(Socket client, byte[] message) throws IOException {
            client.getOutputStream().write(message);
            StringBuilder answer = new StringBuilder();
            int c;
            // An answer is one flat object; none of its strings holds a brace.
            do {
                c = client.getInputStream().read();
                if (c < 0) {
                    throw new IOException("the proxy closed the connection");
                }
                answer.append((char) c);
            } while (c != '}');
            return answer.indexOf(UNKNOWN) >= 0;
        }

        double proxyBytes() throws IOException {
            double sum = 0;
            for (Child child : children.subList(1, children.size())) {
                sum += child.usage().residentBytes();
            }
            return sum / ports.size();
        }

        double etcdBytes() throws IOException {
            return children.getFirst().usage().residentBytes();
        }

        @Override
        public void close() {
            for (Socket socket : registrars) {
                closeQuietly(socket);
            }
            for (Socket socket : clients) {
                closeQuietly(socket);
            }
            closeQuietly(server);
            children.reversed().forEach(Child::close);
        }

        private static void closeQuietly(Closeable socket) {
            try {
                socket.close();
            } catch (IOException e) {
                System.err.println("a connection did not close: " + e);
            }
        }
    }
}
