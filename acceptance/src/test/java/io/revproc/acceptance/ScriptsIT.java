package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The scripts in bin, as far as they can be tested without what they start. */
class ScriptsIT {
    private static final Pattern INSTALLS = Pattern
            .compile(
                    "\\b(apt|apt-get|dnf|yum|apk|brew|npm|pip3?|sdk|cargo|gem) +(-\\S+ +)*(install|add|ci)\\b|\\bapt-get\\b");

    @TempDir
    private Path directory;

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/shellcheck")), "shellcheck is missing; bin/verify installs it");
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        command.addAll(scripts("bin"));
        command.addAll(scripts("bin/lib"));
        command.addAll(scripts(".ci"));
        command.addAll(scripts("packaging"));
        command.addAll(scripts("packaging/debian"));
        command.addAll(scripts("acceptance/src/test/resources"));
        command.addAll(scripts("examples/tpm"));
        try (Proc check = Proc.start("shellcheck", command)) {
            assertThat(check.exitCode()).as(check.output()).isZero();
        }
    }

    /** A link to a link, both relative, from another directory. */
    @ParameterizedTest
    @ValueSource(strings = {"demo", "docs", "fuzz", "mutation", "package", "policy-server", "reproducible", "revproc",
            "revproc-service", "verify"})
    void scriptsAreStartedThroughSymbolicLinks(String name) throws Exception {
        Path first = Files.createSymbolicLink(directory.resolve("first"),
                directory.toRealPath().relativize(Programs.home().resolve("bin").resolve(name).toRealPath()));
        Path tools = Files.createDirectory(directory.resolve("tools"));
        Path second = Files.createSymbolicLink(tools.resolve(name), tools.relativize(first));
        try (Proc help = Proc.start(name, List.of("bash", "-c", "cd / && '" + second + "' --help"))) {
            assertThat(help.exitCode()).as(help.output()).isZero();
            assertThat(help.output()).startsWith("Usage: ");
        }
    }

    /** What can be said of it without a Windows: cmd loses its way among labels where lines end otherwise. */
    @Test
    void scriptForWindowsHasItsLineEndsAndStartsTheSameJar() throws IOException {
        String script = Files.readString(Programs.home().resolve("bin/revproc.cmd"));

        assertThat(script.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(script.lines()).allMatch(line -> line.chars().filter(c -> c == '"').count() % 2 == 0);
        assertThat(script).contains("client-cli\\target\\client-cli.jar");
    }

    /** Those included that are not started here, since they build or measure before they say anything. */
    @Test
    void everyScriptLooksForItsFilesWhereItIsAndNotWhereALinkToItIs() throws IOException {
        for (String script : scripts("bin")) {
            assertThat(Files.readString(Path.of(script))).as(script)
                    .containsPattern("readlink -f \"\\$(\\{BASH_SOURCE\\[0]}|script)\"");
        }
    }

    @Test
    void onlyVerifyInstallsPackages() throws IOException {
        List<String> scripts = new ArrayList<>(scripts("bin"));
        scripts.addAll(scripts("bin/lib"));
        for (String script : scripts) {
            if (!script.endsWith("/verify")) {
                assertThat(Files.readString(Path.of(script)).lines().filter(line -> !line.contains("echo "))).as(script)
                        .noneMatch(line -> INSTALLS.matcher(line).find());
            }
        }
    }

    private static List<String> scripts(String folder) throws IOException {
        List<String> scripts = new ArrayList<>();
        try (Stream<Path> files = Files.list(Programs.home().resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String text = Files.readString(file);
                if (text.startsWith("#!/usr/bin/env bash\n") || text.startsWith("#!/bin/sh\n")
                        || file.toString().endsWith(".sh")) {
                    scripts.add(file.toRealPath().toString());
                }
            }
        }
        assertThat(scripts).isNotEmpty();
        return scripts;
    }
}
