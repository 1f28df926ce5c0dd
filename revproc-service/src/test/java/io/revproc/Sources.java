package io.revproc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The proxy's own sources, in whichever of its modules they lie. */
final class Sources {
    private static final List<String> MODULES = List.of("wire", "transport", "record", "start", "proxy",
            "revproc-service");

    private Sources() {}

    static List<Path> all() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : MODULES) {
            Path root = Path.of("..", module, "src/main/java");
            if (Files.isDirectory(root)) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }
}
