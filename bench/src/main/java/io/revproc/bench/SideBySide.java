package io.revproc.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the same load against this proxy and against another, HAProxy or this proxy of another revision, in turn, each bound to the
 * same processor while the load generator and the policy servers have another one.
 */
final class SideBySide implements AutoCloseable {
    static final int PROXY_CPU = 0;
    static final int LOAD_CPU = 1;
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final int WARM_UPS = 12;
    private static final int ATTEMPTS = 15;
    static final String LOOPS = "--revproc.listener.event-loops=";
    static final String ONE_LOOP = LOOPS + 1;
    private static final int SETUPS_AT_ONCE = 32;
    private static final List<String> POLICIES = List.of("PP_1", "PP_2");

    private final Path home;
    private final Path scratch;
    private final int seconds;
    private final @Nullable Certificates tls;
    private final List<Child> children = new ArrayList<>();
    private final Child server;
    private final Child other;
    private final Child revproc;

    /**
     * @param home    the project's root, with everything built
     * @param seconds how long a run lasts
     * @param options further options of the proxy under test
     * @param base    the root of another revision, whose service is built; null: HAProxy is the other
     * @param haproxy the program to run as HAProxy
     * @param tls     certificates of all programs; null: all in plain text
     */
    SideBySide(Path home, Path scratch, int seconds, List<String> options, @Nullable Path base, Path haproxy,
            @Nullable Certificates tls)
            throws IOException, InterruptedException {
        this.home = home;
        this.scratch = scratch;
        this.seconds = seconds;
        this.tls = tls;
        try {
            revproc = revproc("revproc", home, options);
            policyServer("policy-server", freePort(), 2,
                    tls == null ? revproc.port() : tunnel(haproxy, tls, revproc.port()).port());
            // HAProxy says no hello, so its server is one that needs none. It registers with nobody.
            server = policyServer("plain-policy-server", freePort(), 1, freePort());
            if (base == null) {
                other = haproxy(haproxy, server.port());
            } else {
                other = revproc("base", base, options);
                policyServer("base-policy-server", freePort(), 2, other.port());
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Child revproc(String name, Path root, List<String> options) throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = revprocCommand(root, port, scratch.resolve("record-" + name), options);
        command.addAll(tls == null ? List.of() : tls.proxy());
        return start(name, PROXY_CPU, port, command);
    }

    /** Returns the command that starts this proxy as it is shipped, with one event loop. */
    static List<String> revprocCommand(Path root, int port, Path record, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(root.resolve("bin/revproc-service").toString(),
                "--revproc.listener.port=" + port, "--server.port=" + freePort(),
                ONE_LOOP, "--revproc.registration.max-endpoints=1000000",
                "--revproc.registration.max-endpoints-per-policy=1000000", "--revproc.audit.directory=" + record));
        command.addAll(options);
        return command;
    }

    private Child haproxy(Path program, int serverPort) throws IOException, InterruptedException {
        int port = freePort();
        Path config = scratch.resolve("haproxy.cfg");
        Files.writeString(config, haproxyConfig(tls, port, serverPort, serverPort));
        return start("haproxy", PROXY_CPU, port, List.of(program.toString(), "-db", "-f", config.toString()));
    }

    private Child policyServer(String name, int port, int proto, int proxyPort)
            throws IOException, InterruptedException {
        return start(name, LOAD_CPU, port,
                List.of(JAVA, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow", "-jar",
                        home.resolve("policy-server/target/policy-server.jar").toString(),
                        "--policy-server.id=1", "--policy-server.pp=" + String.join(",", POLICIES),
                        "--policy-server.listen=" + port, "--policy-server.revproc=" + proxyPort,
                        "--policy-server.proto=" + proto, "--server.port=" + freePort()));
    }

    /** With TLS both proxies have it on the clients' side alone. So the server registers in plain text, through this. */
    private Child tunnel(Path program, Certificates certificates, int proxyPort)
            throws IOException, InterruptedException {
        int port = freePort();
        Path config = scratch.resolve("tunnel.cfg");
        Files.writeString(config, String.format(Locale.ROOT, """
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 300s
                  timeout server 300s
                listen tunnel
                  bind 127.0.0.1:%d
                  server proxy 127.0.0.1:%d %s
                """, port, proxyPort, certificates.tunnel()));
        return start("tunnel", LOAD_CPU, port, List.of(program.toString(), "-db", "-f", config.toString()));
    }

    private Child start(String name, int cpu, int port, List<String> command)
            throws IOException, InterruptedException {
        Child child = Child.start(name, cpu, scratch.resolve(name + ".log"), port, command);
        children.add(child);
        return child;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** HAProxy routes by the same field, once per connection: in TCP mode it looks at the first bytes only. */
    static String haproxyConfig(@Nullable Certificates tls, int port, int... serverPorts) {
        StringBuilder config = new StringBuilder(String.format(Locale.ROOT,
                """
                        global
                          nbthread 1
                          maxconn 9900
                        defaults
                          mode tcp
                          timeout connect 5s
                          timeout client 300s
                          timeout server 300s
                        frontend clients
                          bind 127.0.0.1:%d %s
                          tcp-request inspect-delay 5s
                          tcp-request content set-var(sess.policy) req.payload(0,0),json_query('$.privPoliId') if { req.len gt 0 }
                          tcp-request content accept if { var(sess.policy) -m found }
                        """,
                port, tls == null ? "" : tls.haproxyListener()));
        POLICIES.forEach(policy -> config.append("  use_backend %s if { var(sess.policy) -m str %s }%n"
                .formatted(policy, policy)));
        for (int i = 0; i < POLICIES.size(); i++) {
            config.append(String.format(Locale.ROOT, "backend %s%n  server s1 127.0.0.1:%d%n", POLICIES.get(i),
                    serverPorts[i]));
        }
        return config.toString();
    }

    /** Returns HAProxy, or the proxy of the other revision. */
    Child other() {
        return other;
    }

    Child revproc() {
        return revproc;
    }

    Child server() {
        return server;
    }

    /** Runs the work until the code for it is compiled. */
    void warmUp(Work work) throws IOException, InterruptedException {
        for (Child target : List.of(revproc, other)) {
            awaitAnswer(target);
            WarmUp.run(target, WARM_UPS, duration -> run(work, target, duration));
        }
    }

    /** Waits until messages are answered: a server listens before it has registered. */
    private void awaitAnswer(Child target) throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            try {
                load(target.port(), List.of("--connections", "1", "--warmup", "1ms", "--duration", "2s"), 2);
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Runs the work once against a target. */
    Sample run(Work work, Child target) throws IOException, InterruptedException {
        return run(work, target, seconds);
    }

    private Sample run(Work work, Child target, int duration) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(work.options());
        options.addAll(List.of("--duration", duration + "s", "--warmup", "1ms", "--policies",
                String.join(",", POLICIES)));
        long before = target.usage().cpuNanos();
        JsonNode result = load(target.port(), options, duration);
        long used = target.usage().cpuNanos() - before;
        long messages = result.path("messages").asLong();
        long errors = 0;
        for (Map.Entry<String, JsonNode> entry : result.path("errors").properties()) {
            errors += entry.getValue().asLong();
        }
        if (errors > 0) {
            System.err.println(work.letter + " " + target.name() + ": " + result.path("errors"));
        }
        return new Sample(result.path("perSecond").asDouble(), used / 1e3 / Math.max(1, messages),
                result.path("p50Us").asDouble(), result.path("p99Us").asDouble(), result.path("p999Us").asDouble(),
                errors);
    }

    private JsonNode load(int port, List<String> options, int duration) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "" + LOAD_CPU, JAVA, "-XX:+UseSerialGC", "-jar",
                home.resolve("client-cli/target/client-cli.jar").toString(), "bench", "--verify", "sha1", "--host",
                "127.0.0.1",
                "--port", "" + port, "--json"));
        command.addAll(options);
        command.addAll(tls == null ? List.of() : tls.client());
        Path out = scratch.resolve("load.json");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(scratch.resolve("load.log").toFile()).start();
        if (!process.waitFor(duration + 60L, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the load generator did not end; see " + scratch);
        }
        JsonNode result = JsonMapper.shared().readTree(Files.readString(out));
        if (result.path("messages").asLong() == 0) {
            throw new IOException("no message was answered; see " + scratch);
        }
        return result;
    }

    /** Bytes of resident memory of a target for each of so many idle connections. */
    static double idleBytes(Child target, int connections) throws IOException, InterruptedException {
        long before = target.usage().residentBytes();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                sockets.add(new Socket("127.0.0.1", target.port()));
            }
            Thread.sleep(1_000);
            return (target.usage().residentBytes() - before) / (double) connections;
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Registers so many servers of other policies, a hundred to a policy. They get no messages. */
    static void register(int port, int from, int to) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            int answerSize = "{\"Status\": \"Successfully setup with reverse proxy\"}".length();
            for (int i = from; i < to; i += SETUPS_AT_ONCE) {
                int end = Math.min(to, i + SETUPS_AT_ONCE);
                StringBuilder setups = new StringBuilder();
                for (int id = i; id < end; id++) {
                    setups.append("{\"type\": 1, \"id\": ").append(id).append(", \"privPolyId\": \"other-")
                            .append(id / 100)
                            .append("\", \"listenport\": 9}");
                }
                socket.getOutputStream().write(setups.toString().getBytes(StandardCharsets.US_ASCII));
                int answers = (end - i) * answerSize;
                if (socket.getInputStream().readNBytes(answers).length < answers) {
                    throw new IOException("the proxy refused a server from " + i + " on");
                }
            }
        }
    }

    @Override
    public void close() {
        for (Child child : children.reversed()) {
            child.close();
        }
    }
}
