package io.revproc.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

import static org.awaitility.Awaitility.await;

/**
 * Members of etcd on loopback, each a process with a directory of its own. Debian's package is {@code etcd-server}; without it
 * the tests are skipped, and say so.
 */
public final class EtcdCluster implements AutoCloseable {
    private static final Path ETCD = Path.of("/usr/bin/etcd");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<Integer> clientPorts;
    private final List<Integer> peerPorts;
    private final List<@Nullable Process> members = new ArrayList<>();
    private final List<String> more;
    private final String scheme;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private EtcdCluster(int size, List<String> more) throws IOException {
        // In memory where there is such a place: what is tested here is not the disk.
        Path memory = Path.of("/dev/shm");
        directory = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "etcd")
                : Files.createTempDirectory("etcd");
        List<Integer> ports = freePorts(2 * size);
        clientPorts = ports.subList(0, size);
        peerPorts = ports.subList(size, 2 * size);
        this.more = more;
        this.scheme = more.stream().anyMatch(option -> option.startsWith("--cert-file")) ? "https" : "http";
        for (int i = 0; i < size; i++) {
            members.add(null);
        }
        for (int i = 0; i < size; i++) {
            start(i);
        }
    }

    /** Skips the tests where there is no etcd. */
    public static EtcdCluster of(int size, String... more) throws IOException {
        if (!Files.isExecutable(ETCD)) {
            System.err
                    .println("SKIPPED, NOT TESTED: several proxies over etcd. Install etcd-server (bin/verify does).");
            Assumptions.abort("SKIPPED: no etcd on this machine, install etcd-server");
        }
        EtcdCluster cluster = new EtcdCluster(size, List.of(more));
        if (cluster.scheme.equals("http")) {
            cluster.awaitHealthy();
        }
        return cluster;
    }

    /** Taken one after the other and held until all are known, so that no two are the same. */
    private static List<Integer> freePorts(int n) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    void start(int member) throws IOException {
        String client = scheme + "://127.0.0.1:" + clientPorts.get(member);
        String peer = "http://127.0.0.1:" + peerPorts.get(member);
        List<String> command = new ArrayList<>(List.of(ETCD.toString(), "--name=m" + member,
                "--data-dir=" + directory.resolve("m" + member), "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client, "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer, "--initial-cluster=" + initialCluster(),
                // Longer than such a machine stands still, shorter than a test wants to wait.
                "--heartbeat-interval=100", "--election-timeout=1000"));
        command.addAll(more);
        members.set(member, new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(directory.toFile(), "m" + member + ".log")))
                .start());
    }

    private String initialCluster() {
        return IntStream.range(0, peerPorts.size()).mapToObj(i -> "m" + i + "=http://127.0.0.1:" + peerPorts.get(i))
                .collect(Collectors.joining(","));
    }

    int size() {
        return members.size();
    }

    /** Where clients connect. */
    int port(int member) {
        return clientPorts.get(member);
    }

    public String endpoint(int member) {
        return scheme + "://127.0.0.1:" + clientPorts.get(member);
    }

    /** All of them, beginning with this one. */
    public String endpoints(int first) {
        return IntStream.range(0, size()).mapToObj(i -> endpoint((first + i) % size()))
                .collect(Collectors.joining(","));
    }

    /** Ends it as {@code kill -9} does. */
    void kill(int member) throws InterruptedException {
        Process process = members.get(member);
        if (process != null) {
            process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
            members.set(member, null);
        }
    }

    /** Ends it and takes all that it knows: it comes back as one that was never there. Of one member alone. */
    void forget() throws IOException, InterruptedException {
        kill(0);
        try (Stream<Path> files = Files.walk(directory.resolve("m0"))) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    /** STOP: it stands still, and its connections stay. CONT: it goes on. */
    void signal(int member, String name) throws IOException, InterruptedException {
        Process process = members.get(member);
        if (process != null) {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        }
    }

    /** All members run, and answer, whatever was done to them; one that was killed has its directory still. */
    void heal() throws IOException, InterruptedException {
        for (int i = 0; i < size(); i++) {
            if (members.get(i) == null) {
                start(i);
            } else {
                signal(i, "CONT");
            }
        }
        awaitHealthy();
    }

    /** The member that leads, by its own account; -1 if none does. */
    int leader() {
        for (int i = 0; i < size(); i++) {
            if (members.get(i) != null) {
                JsonNode status = call(i, "/v3/maintenance/status", "{}");
                if (status.path("header").path("member_id").asString("a")
                        .equals(status.path("leader").asString("b"))) {
                    return i;
                }
            }
        }
        return -1;
    }

    void awaitHealthy() {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            for (int i = 0; i < size(); i++) {
                if (members.get(i) != null && call(i, "/v3/kv/range", "{\"key\": \"" + base64("x") + "\"}")
                        .path("header").path("revision").isMissingNode()) {
                    return false;
                }
            }
            return leader() >= 0;
        });
    }

    public void put(int member, String key, String value) {
        call(member, "/v3/kv/put", "{\"key\": \"" + base64(key) + "\", \"value\": \"" + base64(value) + "\"}");
    }

    /** Takes a key out. */
    public void delete(int member, String key) {
        call(member, "/v3/kv/deleterange", "{\"key\": \"" + base64(key) + "\"}");
    }

    /** All keys that begin so. */
    public List<String> keys(int member, String prefix) {
        JsonNode found = call(member, "/v3/kv/range", "{\"keys_only\": true, \"key\": \"" + base64(prefix)
                + "\", \"range_end\": \"" + base64(end(prefix)) + "\"}").path("kvs");
        return found.valueStream().map(kv -> text(kv.path("key"))).toList();
    }

    /** All keys that begin so, with their values. */
    public Map<String, String> values(int member, String prefix) {
        Map<String, String> values = new TreeMap<>();
        call(member, "/v3/kv/range", "{\"key\": \"" + base64(prefix) + "\", \"range_end\": \"" + base64(end(prefix))
                + "\"}").path("kvs")
                .forEach(kv -> values.put(text(kv.path("key")), text(kv.path("value"))));
        return values;
    }

    private static String end(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    }

    private static String text(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asString()), StandardCharsets.UTF_8);
    }

    public long revision(int member) {
        return Long.parseLong(call(member, "/v3/kv/range", "{\"key\": \"" + base64("x") + "\"}").path("header")
                .path("revision").asString());
    }

    /** Writes until there is no room left. */
    void fill(int member) {
        String much = base64("x".repeat(20_000));
        while (call(member, "/v3/kv/put",
                "{\"key\": \"" + base64("/filling") + "\", \"value\": \"" + much + "\"}").path("error")
                .isMissingNode()) {
            // goes on
        }
    }

    /** Makes room again, as an operator would. */
    void makeRoom(int member) {
        delete(member, "/filling");
        compact(member);
        call(member, "/v3/maintenance/defragment", "{}");
        String id = call(member, "/v3/maintenance/status", "{}").path("header").path("member_id").asString();
        call(member, "/v3/maintenance/alarm",
                "{\"action\": \"DEACTIVATE\", \"memberID\": \"" + id + "\", \"alarm\": \"NOSPACE\"}");
    }

    /** Forgets all history. */
    void compact(int member) {
        long revision = revision(member);
        call(member, "/v3/kv/compaction", "{\"revision\": \"" + revision + "\", \"physical\": true}");
    }

    /** Ends all leases, as if etcd had not heard of anybody for too long. */
    void revokeLeases(int member) {
        call(member, "/v3/lease/leases", "{}").path("leases").forEach(lease -> call(member, "/v3/lease/revoke",
                "{\"ID\": \"" + lease.path("ID").asString() + "\"}"));
    }

    public JsonNode call(int member, String path, String body) {
        try {
            return Json.parse(http.send(
                    HttpRequest.newBuilder(URI.create(endpoint(member) + path)).timeout(Duration.ofSeconds(5))
                            .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        http.shutdownNow();
        for (int i = 0; i < size(); i++) {
            kill(i);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
