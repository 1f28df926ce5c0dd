package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The programs as users start them: from their jars, on ports that the kernel chooses. */
public final class Programs {
    private static final Path HOME = Path.of(System.getProperty("revproc.home", ".."));
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path PACKETS = HOME.resolve("test_payloads");
    /** A short life: start quickly, run on little. */
    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
            "-XX:-UsePerfData");

    private Programs() {}

    /** Starts the proxy; {@link #port} says where it listens. */
    public static Proc proxy(String... args) {
        return proxyOn(0, args);
    }

    /** Starts the proxy by a command that goes before its own, such as one that changes the network it lives in. */
    public static Proc proxyBy(List<String> before, String... args) {
        return java(before, "revproc-service", line -> {}, Stream
                .concat(Stream.of("--revproc.listener.port=0", "--server.port=0"), Stream.of(args)));
    }

    /** Starts the proxy on a port. */
    public static Proc proxyOn(int port, String... args) {
        return java(List.of(), "revproc-service", line -> {},
                Stream.concat(Stream.of("--revproc.listener.port=" + port, "--server.port=0"), Stream.of(args)));
    }

    /** Waits for the proxy; answers its port for clients and servers. */
    public static int port(Proc proxy) throws InterruptedException {
        int port = Integer.parseInt(proxy.await("event=listening .*port=(\\d+)").group(1));
        proxy.await("[Ss]tarted ");
        return port;
    }

    /** Starts a policy server with the seed's flags. */
    public static Proc server(int id, String policy, int proxyPort, String... more) {
        return server(line -> {}, id, policy, proxyPort, more);
    }

    /** @param eachLine told of every line of its output, however many there are */
    public static Proc server(Consumer<String> eachLine, int id, String policy, int proxyPort, String... more) {
        return java(List.of(), "policy-server", eachLine,
                Stream.concat(Stream.of("-id", "" + id, "-pp", policy, "-listen", "0", "-revproc",
                        "" + proxyPort, "--server.port=0"), Stream.of(more)));
    }

    /** Waits until the server is registered; answers its port for messages. */
    public static int registered(Proc server) throws InterruptedException {
        int port = Integer.parseInt(server.await("started .* port=(\\d+)").group(1));
        server.await("registered policy=");
        return port;
    }

    /** Starts the command line through its script. */
    static Proc client(String... args) {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/revproc").toString()));
        command.addAll(List.of(args));
        return Proc.start("client", command);
    }

    public static Path home() {
        return HOME;
    }

    /** Starts a class of the tests as a process of its own. */
    public static Proc main(String name, List<String> before, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(before);
        command.add(JAVA.toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        return Proc.start(name, command);
    }

    /** The seed's packets. */
    static List<Path> packets() throws IOException {
        try (Stream<Path> files = Files.list(PACKETS)) {
            return files.sorted().toList();
        }
    }

    static Path packet(String name) {
        return PACKETS.resolve(name + ".json");
    }

    private static Proc java(List<String> before, String program, Consumer<String> eachLine, Stream<String> args) {
        List<String> command = new ArrayList<>(before);
        command.addAll(javaJar(HOME.resolve(program).resolve("target").resolve(program + ".jar")));
        command.addAll(args.toList());
        return Proc.start(program, command, eachLine);
    }

    /** The command line of a program in a jar, for its arguments to follow. */
    static List<String> javaJar(Path jar) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(JVM);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }
}
