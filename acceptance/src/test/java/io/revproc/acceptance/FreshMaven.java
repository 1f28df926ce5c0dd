package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Maven of this build, as a user's with a local repository of its own: it has our libraries where {@code mvn install} puts them, and
 * takes everything else from the local repository of this build, which it only reads. Nothing comes from the network.
 */
final class FreshMaven {
    private static final Pattern LIBRARY = Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<version>\\$\\{");
    private static final Pattern VERSION = Pattern.compile("<version>(.+?)</version>\\s*<packaging>pom<");
    private static final String SETTINGS = """
            <settings>
              <localRepository>%s</localRepository>
              <mirrors>
                <mirror>
                  <id>local-repository-of-the-build</id>
                  <mirrorOf>*</mirrorOf>
                  <url>%s</url>
                </mirror>
              </mirrors>
            </settings>
            """;

    private static @Nullable FreshMaven only;

    private final Path maven;
    private final Path settings;

    private FreshMaven(Path maven, Path settings) {
        this.maven = maven;
        this.settings = settings;
    }

    /** Whether Maven runs this test: nobody else says where it is, and where the libraries of the build are. */
    static boolean isThere() {
        return Files.isExecutable(Path.of(System.getProperty("maven.of.build", "/"), "bin", "mvn"))
                && Files.isDirectory(Path.of(System.getProperty("maven.of.build.repository", "")).resolve("org"));
    }

    /** Aborts the test, and says so, where there is no Maven. */
    static void assumeThere(String what) {
        if (!isThere()) {
            System.out.println("SKIPPED, NOT TESTED: " + what + ". Run the tests by Maven.");
            Assumptions.abort("SKIPPED: Maven does not run this test");
        }
    }

    /** Makes the local repository and the settings, the first time; the user's own settings play no part. */
    static synchronized FreshMaven get() throws IOException {
        FreshMaven made = only;
        if (made == null) {
            // Each JVM that runs tests has its own.
            made = in(Programs.home().toRealPath()
                    .resolve("acceptance/target/fresh-maven-" + ProcessHandle.current().pid()));
            only = made;
        }
        return made;
    }

    private static FreshMaven in(Path folder) throws IOException {
        Path repository = folder.resolve("repository");
        String bom = Files.readString(Programs.home().resolve("revproc-bom/pom.xml"));
        String version = VERSION.matcher(bom).results().findFirst().orElseThrow().group(1);
        install(repository, "revproc", version, Programs.home().resolve("pom.xml"), "pom");
        install(repository, "revproc-bom", version, Programs.home().resolve("revproc-bom/pom.xml"), "pom");
        for (String library : LIBRARY.matcher(bom).results().map(found -> found.group(1)).toList()) {
            Path module = Programs.home().resolve(library);
            install(repository, library, version, module.resolve("pom.xml"), "pom");
            install(repository, library, version, module.resolve("target").resolve(library + ".jar"), "jar");
        }
        Path settings = Files.writeString(folder.resolve("settings.xml"), SETTINGS.formatted(repository,
                Path.of(System.getProperty("maven.of.build.repository")).toUri()));
        return new FreshMaven(Path.of(System.getProperty("maven.of.build"), "bin", "mvn"), settings);
    }

    private static void install(Path repository, String artifact, String version, Path file, String type)
            throws IOException {
        Path place = Files.createDirectories(repository.resolve("io/revproc").resolve(artifact).resolve(version));
        Files.copy(file, place.resolve(artifact + "-" + version + "." + type), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Runs Maven, on the JDK of this test, in a project's folder. */
    void run(Path project, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home"),
                "MAVEN_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow",
                maven.toString(), "-B",
                "-s", settings.toString(), "-gs", settings.toString(),
                "-f", project.resolve("pom.xml").toString()));
        command.addAll(List.of(arguments));
        try (Proc build = Proc.start("mvn", command)) {
            assertThat(build.exitCode()).as(build.output()).isZero();
        }
    }
}
