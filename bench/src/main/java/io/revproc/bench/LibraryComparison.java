package io.revproc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.revproc.client.RevprocClient;
import io.revproc.client.RevprocException;

/**
 * What the Java library and the starter cost beside plain sockets in C, {@code bench/src/main/c/plain.c}: processor time of the whole
 * process for each message, 64 in flight through the proxy. Clients are compared before the server in C, servers behind the client in C,
 * in turn; what counts are the ratios of a round. Needs gcc.
 *
 * <pre>
 * LibraryComparison [ROUNDS [FOLDER-OF-RESULTS]]
 * </pre>
 */
public final class LibraryComparison {
    private static final String IN_FLIGHT = "64";
    /** The program as it is shipped. */
    private static final String SHIPPED = "policy-server";
    private static final int WARM_UP_SECONDS = 10;
    private static final int MEASURED_SECONDS = 5;
    private static final Path HOME = Path.of(System.getProperty("revproc.home", "."));
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path plain;
    private final Path log;
    private final String port;

    private LibraryComparison(Path folder, String port) {
        this.plain = folder.resolve("plain");
        this.log = folder.resolve("log");
        this.port = port;
    }

    /** One pair of processes, measured. */
    private record Cost(double perSecond, double clientMicros, double serverMicros) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        Path folder = Files.createTempDirectory("library");
        run("gcc", "-O2", "-o", folder.resolve("plain").toString(),
                HOME.resolve("bench/src/main/c/plain.c").toString());
        String port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = "" + socket.getLocalPort();
        }
        try (Child proxy = Child.start("proxy", null, folder.resolve("proxy.log"), Integer.parseInt(port),
                List.of(JAVA, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow", "-jar",
                        HOME.resolve("revproc-service/target/revproc-service.jar").toString(),
                        "--revproc.listener.port=" + port, "--server.port=0", "--revproc.audit.enabled=false",
                        "--revproc.store.file="))) {
            Map<String, List<Double>> ratios = new LibraryComparison(folder, port).rounds(rounds);
            if (args.length > 1) {
                new Targets().add(Target.POLICY_SERVER, ratios.getOrDefault(SHIPPED, List.of()))
                        .write(Path.of(args[1]));
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private Map<String, List<Double>> rounds(int rounds) throws IOException, InterruptedException {
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            Cost c = measure("C", "C");
            note(micros, ratios, "client in C", c.clientMicros(), c.clientMicros());
            for (String client : List.of("async", "blocking")) {
                double cost = measure(client, "C").clientMicros();
                note(micros, ratios, "RevprocClient, " + client, cost, c.clientMicros());
            }
            note(micros, ratios, "server in C", c.serverMicros(), c.serverMicros());
            for (String server : List.of(SHIPPED, "loop", "threads", "spring")) {
                double cost = measure("C", server).serverMicros();
                note(micros, ratios, server.equals(SHIPPED) ? SHIPPED : "PolicyServer, " + server, cost,
                        c.serverMicros());
            }
        }
        System.out.println(
                "\n| | processor time per message | of the one in C | so one core carries |\n|---|---|---|---|");
        micros.forEach((what, costs) -> System.out.printf(Locale.ROOT, "| %s | %s µs | %s | %,.0f messages/s |%n", what,
                Spread.of(costs).text("%.2f"), Spread.of(ratios.getOrDefault(what, List.of())).text("%.1f"),
                1e6 / Spread.of(costs).median()));
        return ratios;
    }

    private static void note(Map<String, List<Double>> micros, Map<String, List<Double>> ratios, String what,
            double cost, double plain) {
        micros.computeIfAbsent(what, _ -> new ArrayList<>()).add(cost);
        ratios.computeIfAbsent(what, _ -> new ArrayList<>()).add(cost / plain);
    }

    private Cost measure(String client, String server) throws IOException, InterruptedException {
        Process serving = start(ProcessBuilder.Redirect.DISCARD, switch (server) {
            case "C" -> List.of(plain.toString(), "server", port);
            case SHIPPED -> List.of(JAVA, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow", "-jar",
                    HOME.resolve("policy-server/target/policy-server.jar").toString(), "--policy-server.id=1",
                    "--policy-server.pp=PP_1", "--policy-server.listen=0", "--policy-server.revproc=" + port,
                    "--server.port=0");
            default -> java("server", port, server);
        });
        Process sending = null;
        try {
            awaitRegistration();
            sending = start(ProcessBuilder.Redirect.PIPE, client.equals("C")
                    ? List.of(plain.toString(), "client", port, IN_FLIGHT)
                    : java("client", port, client, IN_FLIGHT));
            Cost cost = measure(sending, new ProcessUsage(sending.pid()), new ProcessUsage(serving.pid()));
            System.out.printf(Locale.ROOT, "client %s, server %s: %,.0f messages/s; client %.2f µs, server %.2f µs%n",
                    client,
                    server,
                    cost.perSecond(), cost.clientMicros(), cost.serverMicros());
            return cost;
        } finally {
            if (sending != null) {
                sending.destroyForcibly().waitFor();
            }
            serving.destroy();
            serving.waitFor();
        }
    }

    /** Waits until a message is answered: the client in C ends at the first refusal. */
    private void awaitRegistration() throws IOException, InterruptedException {
        try (RevprocClient client = RevprocClient.builder().proxies(port).build()) {
            for (int attempt = 0; attempt < 600; attempt++) {
                try {
                    client.call("PP_1", "x");
                    return;
                } catch (RevprocException e) {
                    Thread.sleep(100);
                }
            }
        }
        throw new IOException("the server does not register; see " + log);
    }

    private static Cost measure(Process sending, ProcessUsage client, ProcessUsage server) throws IOException {
        BufferedReader counts = sending.inputReader();
        for (int second = 0; second < WARM_UP_SECONDS; second++) {
            count(counts);
        }
        long messages = -count(counts);
        long nanos = -System.nanoTime();
        long clientNanos = -client.cpuNanos();
        long serverNanos = -server.cpuNanos();
        for (int second = 1; second < MEASURED_SECONDS; second++) {
            count(counts);
        }
        messages += count(counts);
        nanos += System.nanoTime();
        clientNanos += client.cpuNanos();
        serverNanos += server.cpuNanos();
        return new Cost(messages * 1e9 / nanos, clientNanos / 1e3 / messages, serverNanos / 1e3 / messages);
    }

    private static long count(BufferedReader counts) throws IOException {
        String line = counts.readLine();
        if (line == null) {
            throw new IOException("the client ended");
        }
        return Long.parseLong(line);
    }

    private Process start(ProcessBuilder.Redirect output, List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectOutput(output)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
                LibraryThroughput.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
