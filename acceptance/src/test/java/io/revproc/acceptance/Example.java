package io.revproc.acceptance;

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
    JAVA("a JDK", "true");

    private static final Path HOME = Programs.home().toAbsolutePath().normalize().resolve("examples");
    private static final String JAVA_BIN = Path.of(System.getProperty("java.home"), "bin").toString();
    private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

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
        try (Proc proc = Proc.start(name(), List.of("bash", "-c", probe))) {
            return proc.exitCode() == 0;
        }
    }

    /** Builds what has to be built; warnings are errors. */
    void build(Path into) throws InterruptedException {
        if (this == GO) {
            run("bash", "-c",
                    "cd '" + HOME.resolve("go") + "' && test -z \"$(gofmt -l .)\" && GOFLAGS=-mod=mod go build -o '"
                            + into
                            + "/' ./server ./client");
        } else if (this == JAVA) {
            run("bash", "-c", JAVA_BIN + "/javac -Xlint:all,-serial,-try -Werror -d '" + into + "' '"
                    + HOME.resolve("java") + "'/*.java");
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
        };
    }

    List<String> client(Path built, String... flags) {
        return switch (this) {
            case PYTHON -> command(flags, "python3", HOME.resolve("python/client.py").toString());
            case NODE -> command(flags, "node", HOME.resolve("node/client.mjs").toString());
            case GO -> command(flags, built.resolve("client").toString());
            case JAVA -> java(built, "UpperClient", flags);
        };
    }

    /** How each language writes a second. */
    String second() {
        return this == GO ? "1s" : "1";
    }

    private static List<String> java(Path built, String main, String... flags) {
        List<String> command = command(new String[0], JAVA_BIN + "/java");
        command.addAll(SMALL);
        command.addAll(List.of("-cp", built.toString(), main));
        command.addAll(List.of(flags));
        return command;
    }

    private static List<String> command(String[] flags, String... program) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(flags));
        return command;
    }
}
