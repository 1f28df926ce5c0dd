package io.revproc.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.revproc.record.KeyFile;
import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;

/**
 * Proxies by name: a file for each in {@code contexts} beside the configuration file, of the same form, and the name of the one in use
 * in the file {@code context}. They may hold secrets, so they are for their owner alone.
 *
 * @param directory where the configuration file is
 */
record Contexts(Path directory) {
    /** Instead of a name: none. */
    static final String NONE = "none";

    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,63}";

    /** @throws CliException if that can't be the name of a context */
    static String checked(String name) {
        if (!name.matches(NAME) || name.equals(NONE)) {
            throw CliException
                    .usage("'" + name + "' can't name a context; letters, digits, _ - and . can, up to 64 of them");
        }
        return name;
    }

    /** Returns the names, in order. */
    List<String> names() {
        Path folder = directory.resolve("contexts");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches(NAME)).sorted().toList();
        } catch (IOException e) {
            throw CliException.usage("can't read " + folder + " (" + FileProblem.of(e) + ")");
        }
    }

    /** Returns the file of a context. @throws CliException if there is none of that name */
    Path file(String name) {
        Path file = directory.resolve("contexts").resolve(checked(name));
        if (!Files.isRegularFile(file)) {
            List<String> names = names();
            throw CliException.usage("there is no context '" + name + "'; "
                    + (names.isEmpty() ? "revproc context add makes one" : "there are: " + String.join(", ", names)));
        }
        return file;
    }

    /** Returns the name of the context in use, or null. */
    @Nullable
    String current() {
        Path file = directory.resolve("context");
        try {
            String name = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
            if (!name.isEmpty() && !name.matches(NAME)) {
                throw CliException
                        .usage(file + " does not hold a context's name; 'revproc context use' writes it anew");
            }
            return name.isEmpty() ? null : name;
        } catch (IOException e) {
            throw CliException.usage("can't read " + file + " (" + FileProblem.of(e)
                    + "); 'revproc context use' writes it anew");
        }
    }

    /** @param name null: none */
    void use(@Nullable String name) throws IOException {
        if (name == null) {
            Files.deleteIfExists(directory.resolve("context"));
        } else {
            write(directory.resolve("context"), file(name).getFileName() + "\n");
        }
    }

    void put(String name, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) -> text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
        write(directory.resolve("contexts").resolve(checked(name)), text.toString());
    }

    void remove(String name) throws IOException {
        Files.delete(file(name));
        if (name.equals(current())) {
            use(null);
        }
    }

    /** Whole or not at all, and nobody else's to read from its first byte on. */
    private static void write(Path file, String text) throws IOException {
        Path folder = java.util.Objects.requireNonNull(file.getParent());
        Files.createDirectories(folder);
        Path made = Files.createTempFile(folder, ".new", "", KeyFile.rights(file, "rw-------"));
        try {
            Files.writeString(made, text);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
    }
}
