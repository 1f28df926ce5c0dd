package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The programs of {@code examples/}, in each language. */
enum Example {
    PYTHON("python3, 3.10 or newer", "python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'"), NODE(
            "node, 18 or newer", "node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'"),
    GO(
            "go, 1.19 or newer", "go version"),
    JAVA("a JDK", "true"), SPRING("Maven, and run the tests by it", "true");

    private static final Path HOME = Programs.home().toAbsolutePath().normalize().resolve("examples");
    private static final String JAVA_BIN = Path.of(System.getProperty("java.home"), "bin").toString();
    private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    /** Half of what a start takes is saved by an archive of its classes, which takes jars that are not in a jar. */
    private static final String SPRING_CLASSES = "spring/classes.jsa";
    private static final String SPRING_JAR = "spring/app/upper-client.jar";

    /** What the JVM ends with after SIGTERM, however orderly. */
    private static final int KILLED = 143;

    private final String runtime;
    private final String probe;

    /** @param probe a line for the shell that succeeds where the runtime is there, in a version that will do */
    Example(String runtime, String probe) {
        this.runtime = runtime;
        this.probe = probe;
    }

    /** What is needed, for whoever reads that it is missing. */
    String runtime() {
        return runtime;
    }

    boolean isThere() throws InterruptedException {
        if (this == SPRING && !FreshMaven.isThere()) {
            return false;
        }
        try (Proc proc = Proc.start(name(), List.of("bash", "-c", probe))) {
            return proc.exitCode() == 0;
        }
    }

    /** Builds what has to be built; warnings are errors. */
    void build(Path into) throws IOException, InterruptedException {
        if (this == GO) {
            run("bash", "-c",
                    "cd '" + HOME.resolve("go") + "' && test -z \"$(gofmt -l .)\" && GOFLAGS=-mod=mod go build -o '"
                            + into
                            + "/' ./server ./client");
        } else if (this == JAVA) {
            run("bash", "-c", JAVA_BIN + "/javac -Xlint:all,-serial,-try -Werror -d '" + into + "' '"
                    + HOME.resolve("java") + "'/*.java");
        } else if (this == SPRING) {
            buildSpring(into.resolve("spring"), into);
        }
    }

    private static void buildSpring(Path project, Path into) throws IOException, InterruptedException {
        run("bash", "-c", "mkdir '" + project + "' && cd '" + HOME.resolve("spring") + "' && cp -r pom.xml src '"
                + project + "'");
        FreshMaven.get().run(project, "-q", "package");
        run(JAVA_BIN + "/java", "-Djarmode=tools", "-jar", project.resolve("target/upper-client.jar").toString(),
                "extract", "--destination", project.resolve("app").toString());
        List<String> start = new ArrayList<>(List.of(JAVA_BIN + "/java"));
        start.addAll(SMALL);
        start.addAll(List.of("-XX:ArchiveClassesAtExit=" + into.resolve(SPRING_CLASSES), "-cp",
                into.resolve(SPRING_JAR).toString(), "upper.client.UpperClient", "--policy=NONE",
                "--proxy=127.0.0.1:1"));
        try (Proc nobodyThere = Proc.start("upper client", start)) {
            assertThat(nobodyThere.exitCode()).as(nobodyThere.output()).isEqualTo(3);
        }
    }

    private static void run(String... command) throws InterruptedException {
        try (Proc proc = Proc.start(command[0], List.of(command))) {
            assertThat(proc.exitCode()).as(proc.output()).isZero();
        }
    }

    /** The command line of the server, for its own flags to follow. */
    List<String> server(Path built, String... flags) {
        return switch (this) {
            case PYTHON -> command(flags, "python3", HOME.resolve("python/server.py").toString());
            case NODE -> command(flags, "node", HOME.resolve("node/server.mjs").toString());
            case GO -> command(flags, built.resolve("server").toString());
            case JAVA -> java(built, "UpperServer", flags);
            case SPRING -> spring(built, "upper.server.UpperServer", flags);
        };
    }

    List<String> client(Path built, String... flags) {
        return switch (this) {
            case PYTHON -> command(flags, "python3", HOME.resolve("python/client.py").toString());
            case NODE -> command(flags, "node", HOME.resolve("node/client.mjs").toString());
            case GO -> command(flags, built.resolve("client").toString());
            case JAVA -> java(built, "UpperClient", flags);
            case SPRING -> spring(built, "upper.client.UpperClient", flags);
        };
    }

    /** How each language writes a second. */
    String second() {
        return this == GO || this == SPRING ? "1s" : "1";
    }

    /** What it ends with when it was asked to end. */
    int endsWith() {
        return this == SPRING ? KILLED : 0;
    }

    private static List<String> java(Path built, String main, String... flags) {
        List<String> command = command(new String[0], JAVA_BIN + "/java");
        command.addAll(SMALL);
        command.addAll(List.of("-cp", built.toString(), main));
        command.addAll(List.of(flags));
        return command;
    }

    /** With flags as Spring has them: {@code --policy=UPPER}. */
    private static List<String> spring(Path built, String main, String... flags) {
        List<String> command = new ArrayList<>(List.of(JAVA_BIN + "/java"));
        command.addAll(SMALL);
        command.addAll(List.of("-XX:SharedArchiveFile=" + built.resolve(SPRING_CLASSES),
                "--enable-native-access=ALL-UNNAMED", "-cp", built.resolve(SPRING_JAR).toString(), main));
        for (int i = 0; i < flags.length; i += 2) {
            command.add(flags[i] + "=" + flags[i + 1]);
            if (flags[i].equals("--cacert")) {
                command.add("--spring.profiles.active=tls");
            }
        }
        return command;
    }

    private static List<String> command(String[] flags, String... program) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(flags));
        return command;
    }
}
