package io.revproc.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.revproc.chart.Dockerfile.Instruction;

/**
 * Does what a builder does with our Dockerfiles, in directories in place of file systems: a stage is a directory, {@code java}
 * is this JVM's. It understands what these Dockerfiles use and stops at anything else.
 */
final class ImageBuild {
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private final Path context;
    private final Path work;
    private final Map<String, Path> stages = new HashMap<>();
    private Path stage;
    private Path workdir;

    /** What comes out: where the entry point starts and what it is. */
    record Image(Path workdir, List<String> entryPoint) {
        /** The entry point with this JVM's {@code java}, and more arguments. */
        ProcessBuilder start(List<String> arguments) {
            List<String> command = new ArrayList<>(entryPoint);
            command.set(0, JAVA);
            command.addAll(arguments);
            return new ProcessBuilder(command).directory(workdir.toFile()).redirectErrorStream(true);
        }

        /** Every file of the program's directory. */
        List<Path> files() throws IOException {
            try (Stream<Path> files = Files.walk(workdir)) {
                return files.filter(Files::isRegularFile).sorted().toList();
            }
        }
    }

    private ImageBuild(Path context, Path work) {
        this.context = context;
        this.work = work;
        this.stage = work;
        this.workdir = work;
    }

    static Image of(String module, Path work) throws IOException, InterruptedException {
        return new ImageBuild(Project.HOME.resolve(module), work).build(
                Dockerfile.read(Project.HOME.resolve(module + "/Dockerfile")));
    }

    private Image build(Dockerfile file) throws IOException, InterruptedException {
        for (Instruction instruction : file.instructions()) {
            switch (instruction.name()) {
                case "FROM" -> from(instruction.words());
                case "WORKDIR" -> {
                    workdir = inStage(instruction.arguments());
                    Files.createDirectories(workdir);
                }
                case "COPY" -> copy(instruction.words());
                case "RUN" -> run(instruction.words());
                case "ARG", "LABEL", "USER", "VOLUME", "EXPOSE", "ENV", "ENTRYPOINT" -> {
                    // says how it is started, not what is in it
                }
                default -> throw new IllegalArgumentException("not understood: " + instruction);
            }
        }
        return new Image(workdir, file.one("ENTRYPOINT").array());
    }

    private void from(List<String> words) throws IOException {
        String name = words.size() == 3 ? words.get(2) : "image";
        stage = Files.createDirectories(work.resolve(name));
        stages.put(name, stage);
    }

    private void copy(List<String> words) throws IOException {
        List<String> paths = words.stream().filter(word -> !word.startsWith("--")).toList();
        Path source = words.getFirst().startsWith("--from=")
                ? Objects.requireNonNull(stages.get(words.getFirst().substring(7))).resolve(paths.get(0).substring(1))
                : context.resolve(paths.get(0));
        Path target = workdir.resolve(paths.get(1));
        if (Files.isRegularFile(source)) {
            Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
            return;
        }
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = target.resolve(source.relativize(file));
                Files.createDirectories(Objects.requireNonNull(to.getParent()));
                Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private void run(List<String> words) throws IOException, InterruptedException {
        if (words.getFirst().equals("install")) {
            Files.createDirectories(inStage(words.getLast()));
            return;
        }
        if (!words.getFirst().equals("java")) {
            throw new IllegalArgumentException("not understood: RUN " + words);
        }
        List<String> command = new ArrayList<>(words);
        command.set(0, JAVA);
        Path log = work.resolve("run.log");
        Process process = new ProcessBuilder(command).directory(workdir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("exit code " + process.exitValue() + " of RUN " + words + ": " + text(log));
        }
    }

    private Path inStage(String path) {
        return stage.resolve(path.substring(1));
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
