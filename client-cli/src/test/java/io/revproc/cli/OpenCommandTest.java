package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class OpenCommandTest {
    @Test
    void theAddressIsPrinted() {
        assertThat(Run.of("open")).isEqualTo(new Run(0, "http://127.0.0.1:8124/\n", ""));
        assertThat(Run.of("open", "--admin", "https://proxy:9000/", "--json").json()).containsEntry("dashboard",
                "https://proxy:9000/");
    }

    @Test
    void theBrowserOpensItOnATerminalOnly(@TempDir Path directory) throws IOException {
        Path seen = directory.resolve("seen");
        Path browser = directory.resolve("browser");
        Files.writeString(browser, "#!/bin/sh\necho \"$1\" > '" + seen + "'\n");
        Files.setPosixFilePermissions(browser, PosixFilePermissions.fromString("rwx------"));
        Run.Setup setup = new Run.Setup().env("BROWSER", browser.toString());

        assertThat(setup.run("open").exitCode()).isZero();
        assertThat(setup.onATerminal().run("open", "--print").exitCode()).isZero();
        assertThat(seen).doesNotExist();
        assertThat(setup.onATerminal().run("open").exitCode()).isZero();
        await().until(() -> Files.exists(seen) && Files.readString(seen).equals("http://127.0.0.1:8124/\n"));
    }

    @Test
    void aBrowserThatIsNotThereIsSaid() {
        Run run = new Run.Setup().onATerminal().env("BROWSER", "/nowhere/browser").run("open");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("open the address yourself").hasLineCount(1);
    }

    @Test
    void eachSystemHasItsOwn() {
        assertThat(OpenCommand.browser(Map.of(), "Mac OS X")).isEqualTo(List.of("open"));
        assertThat(OpenCommand.browser(Map.of(), "Windows 11")).startsWith("rundll32");
        assertThat(OpenCommand.browser(Map.of("DISPLAY", ":0"), "Linux")).isEqualTo(List.of("xdg-open"));
        assertThat(OpenCommand.browser(Map.of(), "Linux")).isEmpty();
    }
}
