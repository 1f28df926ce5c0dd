package io.revproc.e2e;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import io.revproc.EvidenceJars;
import io.revproc.proxy.policy.EvidenceVerifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;

/** The verifier of {@code examples/tpm}, built and loaded as docs/policies.md says. */
public final class TpmExample {
    static final Path HOME = Path.of("../examples/tpm");

    private static byte @Nullable [] built;

    private TpmExample() {}

    /** Makes the jar in that directory. */
    public static synchronized Path jar(Path directory) throws IOException, URISyntaxException {
        Path jar = directory.resolve("tpm-quotes.jar");
        if (built == null) {
            build(directory.resolve("classes"), jar);
            built = Files.readAllBytes(jar);
        }
        return Files.write(jar, built);
    }

    /** Whatever javac warns of is an error. */
    private static void build(Path classes, Path jar) throws IOException, URISyntaxException {
        List<String> javac = new ArrayList<>(List.of("-Xlint:all,-serial,-processing,-classfile", "-Werror",
                "-proc:none", "-d", classes.toString(), "-cp",
                whereIs(EvidenceVerifier.class) + File.pathSeparator + whereIs(Logger.class)));
        try (Stream<Path> files = Files.list(HOME)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(javac::add);
        }
        run("javac", javac);
        run("jar", List.of("--create", "--file", jar.toString(), "-C", classes.toString(), ".", "-C", HOME.toString(),
                "META-INF"));
    }

    /** Returns the verifier, which knows these machines. */
    static EvidenceVerifier load(Path directory, String machines) throws IOException, URISyntaxException {
        Files.writeString(directory.resolve("machines.txt"), machines);
        return EvidenceJars.load(List.of(jar(directory).toString())).getFirst();
    }

    private static String whereIs(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    private static void run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int code = ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertThat(code).as("%s %s: %s", tool, arguments, said).isZero();
    }
}
