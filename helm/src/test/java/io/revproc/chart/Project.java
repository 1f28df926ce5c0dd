package io.revproc.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are in the checkout. */
final class Project {
    static final Path HOME = home();
    static final Path CHART = HOME.resolve("helm/revproc");

    private Project() {}

    /** The root: from the build, or found upwards when a test is started from an IDE. */
    private static Path home() {
        String set = System.getProperty("revproc.home");
        Path dir = Path.of(set == null ? "" : set).toAbsolutePath();
        while (!Files.isDirectory(dir.resolve("helm/revproc"))) {
            dir = java.util.Objects.requireNonNull(dir.getParent(), "the project's root is not above this directory");
        }
        return dir;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
