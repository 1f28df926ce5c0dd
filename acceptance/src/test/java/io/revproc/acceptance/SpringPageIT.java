package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Follows docs/spring.md as a newcomer would: an empty folder, the files of the page, its commands. Only where the proxy listens is said
 * in addition, since others may have its port on this machine.
 */
class SpringPageIT {
    private static final Pattern POM = Pattern.compile("```xml\n(<\\?xml .*?)```", Pattern.DOTALL);
    private static final Pattern APPLICATION = Pattern.compile("`src/main/java/(\\S+)`.*?```java\n(package .*?)```",
            Pattern.DOTALL);
    private static final Pattern COMMANDS = Pattern
            .compile("```sh\nmvn (.*?)\njava -jar (.*?)\nbin/revproc (send .*?) +# (.*?)\n```");
    private static final int MAX_LINES = 15;

    @TempDir
    private Path folder;

    @Test
    void emptyFolderBecomesAServerThatAnswersAMessage() throws Exception {
        FreshMaven.assumeThere("a project made from docs/spring.md");
        String page = Files.readString(Programs.home().resolve("docs/spring.md"));
        Path project = Files.createDirectory(folder.resolve("orders"));
        Files.writeString(project.resolve("pom.xml"), find(POM, page).group(1));
        MatchResult application = find(APPLICATION, page);
        Path source = project.resolve("src/main/java").resolve(application.group(1));
        Files.createDirectories(source.getParent());
        Files.writeString(source, application.group(2));
        assertThat(application.group(2).lines().filter(line -> !line.isBlank()))
                .hasSizeLessThanOrEqualTo(MAX_LINES);
        MatchResult commands = find(COMMANDS, page);

        try (Proc proxy = Programs.proxy()) {
            FreshMaven.get().run(project, commands.group(1).split(" "));
            int port = Programs.port(proxy);
            List<String> start = Programs.javaJar(project.resolve(commands.group(2)));
            start.add("--revproc.server.proxies=127.0.0.1:" + port);
            try (Proc server = Proc.start("orders", start)) {
                server.await("event=registered policy=PP_1");
                try (Proc client = Proc.start("client", List.of("bash", "-c",
                        "'" + Programs.home().toRealPath() + "/bin/revproc' " + commands.group(3) + " --port "
                                + port))) {
                    assertThat(client.exitCode()).as(client.output()).isZero();
                    assertThat(client.output()).isEqualTo(commands.group(4));
                }
                server.terminate();
                server.exitCode();
                assertThat(server.output()).contains("event=deregistered policy=PP_1");
            }
        }
    }

    /** As {@code mvn install} makes them, for an editor to show. */
    @Test
    void librariesForUsersComeWithTheirSourcesAndTheirJavadoc() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String library : List.of("wire", "transport", "revproc-client", "revproc-spring-boot-starter",
                "revproc-spring-boot-test")) {
            for (String kind : List.of("sources", "javadoc")) {
                if (!Files.exists(Programs.home().resolve(library).resolve("target")
                        .resolve(library + "-" + kind + ".jar"))) {
                    missing.add(library + "-" + kind);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static MatchResult find(Pattern pattern, String page) {
        return pattern.matcher(page).results().findFirst()
                .orElseThrow(() -> new AssertionError("docs/spring.md has nothing like " + pattern));
    }
}
