package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the load of {@code bench/src/main/c/load.c} against this proxy and its peers, in turn. Each is one process with one thread for
 * messages on the same processor; the load generator and the servers have another one.
 */
final class PeerRun implements AutoCloseable {
    private static final int WARM_UPS = 6;
    private static final Path NGINX_STREAM = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    private final Path home;
    private final Path scratch;
    private final String load;
    private final List<Child> children = new ArrayList<>();
    private final Map<Peer, Target> targets = new EnumMap<>(Peer.class);
    private final Target direct;

    /**
     * What the load is sent to.
     *
     * @param ports  one, or one for each policy
     * @param server the process that answers behind it
     * @param pauses a JVM's log of its pauses; null: no JVM
     */
    record Target(String name, Child child, String ports, String protocol, Child server, @Nullable Path pauses) {}

    /**
     * @param peers   those that are there, this proxy among them
     * @param haproxy the program to run as HAProxy
     * @param options further options of this proxy
     */
    PeerRun(Path home, Path scratch, List<Peer> peers, @Nullable Path haproxy, List<String> options)
            throws IOException, InterruptedException {
        this.home = home;
        this.scratch = scratch;
        this.load = load(home).toString();
        try {
            int[] plain = {SideBySide.freePort(), SideBySide.freePort()};
            Child servers = start("servers", SideBySide.LOAD_CPU, plain[0],
                    List.of(load, "server", "json", plain[0] + "," + plain[1]));
            direct = new Target("no proxy", servers, plain[0] + "," + plain[1], "json", servers, null);
            for (Peer peer : peers) {
                targets.put(peer, switch (peer) {
                    case REVPROC -> revproc(options);
                    case HAPROXY -> haproxy(haproxy, plain);
                    case NGINX -> nginx(plain);
                    case NATS -> bus(Peer.NATS, "nats");
                    case MOSQUITTO -> bus(Peer.MOSQUITTO, "mqtt");
                    case RELAY -> relay(plain);
                });
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Returns where {@code bin/bench} puts the load generator. */
    static Path load(Path home) {
        return home.resolve("bench/target/load");
    }

    private Child start(String name, int cpu, int port, List<String> command)
            throws IOException, InterruptedException {
        Child child = Child.start(name, cpu, scratch.resolve(name + ".log"), port, command);
        children.add(child);
        return child;
    }

    private Target revproc(List<String> options) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        Path pauses = scratch.resolve("pauses-revproc.log");
        List<String> command = new ArrayList<>(List.of("env", "JAVA_OPTS=-Xlog:safepoint:file=" + pauses));
        command.addAll(SideBySide.revprocCommand(home, port, scratch.resolve("record-peers"), options));
        Child proxy = start("revproc", SideBySide.PROXY_CPU, port, command);
        int[] ports = {SideBySide.freePort(), SideBySide.freePort()};
        Child servers = start("registered-servers", SideBySide.LOAD_CPU, ports[0],
                List.of(load, "server", "json", ports[0] + "," + ports[1], "" + port));
        return new Target(Peer.REVPROC.title, proxy, "" + port, "json", servers, pauses);
    }

    private Target haproxy(@Nullable Path program, int[] servers) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        Path config = scratch.resolve("haproxy-peers.cfg");
        Files.writeString(config, SideBySide.haproxyConfig(null, port, servers[0], servers[1]));
        Child child = start("haproxy", SideBySide.PROXY_CPU, port,
                List.of(Objects.requireNonNull(program).toString(), "-db", "-f", config.toString()));
        return new Target(Peer.HAPROXY.title, child, "" + port, "json", direct.server(), null);
    }

    /** Without its master process, so that the process that is measured is the one that copies. */
    private Target nginx(int[] servers) throws IOException, InterruptedException {
        int[] ports = {SideBySide.freePort(), SideBySide.freePort()};
        Path config = scratch.resolve("nginx.conf");
        Files.writeString(config, String.format(Locale.ROOT, """
                %s
                daemon off;
                master_process off;
                pid %s;
                error_log stderr;
                events { worker_connections 4096; }
                stream {
                  tcp_nodelay on;
                  server { listen 127.0.0.1:%d; proxy_pass 127.0.0.1:%d; }
                  server { listen 127.0.0.1:%d; proxy_pass 127.0.0.1:%d; }
                }
                """, Files.exists(NGINX_STREAM) ? "load_module " + NGINX_STREAM + ";" : "",
                scratch.resolve("nginx.pid"), ports[0], servers[0], ports[1], servers[1]));
        Child child = start("nginx", SideBySide.PROXY_CPU, ports[0],
                List.of(program(Peer.NGINX), "-p", scratch.toString(), "-c", config.toString()));
        return new Target(Peer.NGINX.title, child, ports[0] + "," + ports[1], "json", direct.server(), null);
    }

    /** A bus, with a subscriber for each policy behind it. */
    private Target bus(Peer peer, String protocol) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        List<String> command;
        if (peer == Peer.NATS) {
            command = List.of("env", "GOMAXPROCS=1", program(peer), "-a", "127.0.0.1", "-p", "" + port);
        } else {
            Path config = scratch.resolve("mosquitto.conf");
            Files.writeString(config, String.format(Locale.ROOT, """
                    listener %d 127.0.0.1
                    allow_anonymous true
                    set_tcp_nodelay true
                    log_type error
                    """, port));
            command = List.of(program(peer), "-c", config.toString());
        }
        Child child = start(protocol, SideBySide.PROXY_CPU, port, command);
        int ready = SideBySide.freePort();
        Child servers = start(protocol + "-servers", SideBySide.LOAD_CPU, ready,
                List.of(load, "server", protocol, "" + ready, "" + port));
        return new Target(peer.title, child, "" + port, protocol, servers, null);
    }

    private Target relay(int[] servers) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        Path pauses = scratch.resolve("pauses-relay.log");
        Child child = start("relay", SideBySide.PROXY_CPU, port,
                List.of(SideBySide.JAVA, "-XX:+UseSerialGC", "-Xlog:safepoint:file=" + pauses,
                        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
                        System.getProperty("java.class.path"), NettyRelay.class.getName(), "" + port,
                        "PP_1=" + servers[0], "PP_2=" + servers[1]));
        return new Target(Peer.RELAY.title, child, "" + port, "json", direct.server(), pauses);
    }

    private static String program(Peer peer) {
        return Objects.requireNonNull(peer.program()).toString();
    }

    Map<Peer, Target> targets() {
        return targets;
    }

    /** Returns the servers themselves: what the load side can do on its processor with nothing between. */
    Target direct() {
        return direct;
    }

    /** Runs a load until the code for it is compiled. */
    void warmUp(Target target, PeerLoad kind) throws IOException, InterruptedException {
        WarmUp.run(target.child(), target.pauses() == null ? 1 : WARM_UPS,
                duration -> run(target, kind, target.pauses() == null ? 1 : duration, 0));
    }

    /**
     * Runs a load once.
     *
     * @param rate messages a second by the clock; 0: as fast as answers come
     */
    PeerSample run(Target target, PeerLoad kind, int seconds, double rate) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "" + SideBySide.LOAD_CPU, load, "client",
                "protocol=" + target.protocol(), "ports=" + target.ports(), "seconds=" + seconds, "rate=" + rate));
        command.addAll(kind.arguments());
        int skip = pauses(target).size();
        long cpu = -target.child().usage().cpuNanos();
        long server = -target.server().usage().cpuNanos();
        JsonNode result = load(command, seconds);
        cpu += target.child().usage().cpuNanos();
        server += target.server().usage().cpuNanos();
        List<String> pauses = pauses(target);
        long messages = result.path("messages").asLong();
        JsonNode errors = result.path("errors");
        // One that a server refused has cost as much.
        long carried = Math.max(1, messages + errors.path("REFUSED").asLong());
        return new PeerSample(messages, result.path("perSecond").asDouble(), cpu / 1e3 / carried,
                result.path("generatorMicros").asDouble(), server / 1e3 / carried,
                result.path("p50Us").asDouble(), result.path("p99Us").asDouble(), result.path("p999Us").asDouble(),
                result.path("maxUs").asDouble(), errors.path("REFUSED").asLong(),
                errors.path("WRONG").asLong() + errors.path("LOST").asLong() + errors.path("UNSENT").asLong(),
                Pauses.of(pauses.subList(Math.min(skip, pauses.size()), pauses.size())));
    }

    private static List<String> pauses(Target target) throws IOException {
        return target.pauses() == null ? List.of() : Files.readAllLines(target.pauses());
    }

    /** Its last line is the result. */
    private JsonNode load(List<String> command, int seconds) throws IOException, InterruptedException {
        Path out = scratch.resolve("load-c.json");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(scratch.resolve("load-c.log").toFile()).start();
        if (!process.waitFor(seconds + 30L, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the load generator did not end; see " + scratch);
        }
        List<String> lines = Files.readAllLines(out);
        if (lines.isEmpty() || process.exitValue() != 0) {
            throw new IOException("the load generator failed; see " + scratch);
        }
        return JsonMapper.shared().readTree(lines.getLast());
    }

    @Override
    public void close() {
        children.reversed().forEach(Child::close);
    }
}
