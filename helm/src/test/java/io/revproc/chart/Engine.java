package io.revproc.chart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Builds images by buildah, without a daemon and without a network, and runs containers of them by runc, as a cluster's node does: as
 * the image's user, with a root that can't be written, and with no capability. All of it lies in one folder.
 */
final class Engine implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private final Path work;
    private final List<String> running = new ArrayList<>();

    /** @param root the directory that is the container's root; @param settings as the image has them */
    record Image(Path root, JsonNode settings) {
        List<String> entryPoint() {
            return words("Entrypoint");
        }

        List<String> environment() {
            return words("Env");
        }

        String user() {
            return settings.path("User").asString();
        }

        private List<String> words(String name) {
            return settings.path(name).valueStream().map(JsonNode::asString).toList();
        }

        /** The names of all files, without what the kernel shows. */
        Set<String> files() throws IOException {
            try (Stream<Path> files = Files.walk(root)) {
                return files.map(file -> root.relativize(file).toString())
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        }
    }

    private Engine(Path work) {
        this.work = work;
    }

    /** One that keeps everything in a folder; the test is skipped where there is none, or where containers can't be run. */
    static Engine in(Path work) {
        Engine engine = new Engine(work);
        try {
            engine.run("buildah", "--version");
            engine.run("runc", "--version");
            String trial = engine.buildah("from", "scratch");
            engine.buildah("rm", trial);
        } catch (IOException | AssertionError e) {
            Assumptions.abort("SKIPPED: no buildah and runc that work here: " + e.getMessage());
        }
        return engine;
    }

    /** Makes an image of this JVM's runtime, a shell, and the libraries that they need. */
    String runtime() throws IOException {
        String container = buildah("from", "scratch");
        Path root = Path.of(buildah("mount", container));
        Path java = Path.of(System.getProperty("java.home"));
        for (String folder : List.of("tmp", "proc", "dev", "sys", "etc", "opt/java/lib")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.setPosixFilePermissions(root.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String part : List.of("bin", "conf", "release")) {
            run("cp", "-rL", java.resolve(part).toString(), root.resolve("opt/java").toString());
        }
        try (Stream<Path> parts = Files.list(java.resolve("lib"))) {
            // The largest two are for those who compile.
            for (Path part : parts.filter(part -> !part.endsWith("src.zip") && !part.endsWith("ct.sym")).toList()) {
                run("cp", "-rL", part.toString(), root.resolve("opt/java/lib").toString());
            }
        }
        List<String> programs = List.of("/bin/sh", "/usr/bin/install", java.resolve("bin/java").toString(),
                java.resolve("lib/server/libjvm.so").toString(), java.resolve("lib/libzip.so").toString());
        for (String program : programs) {
            if (!program.startsWith(java.toString())) {
                copy(root, program);
            }
            for (String word : run("ldd", program).split("\\s+")) {
                if (word.startsWith("/") && !word.startsWith(java.toString())) {
                    copy(root, word);
                }
            }
        }
        buildah("config", "--env", "PATH=/opt/java/bin:/usr/bin:/bin", container);
        try {
            buildah("run", "--isolation", "oci", "--runtime", "runc", "--network", "none", container, "java",
                    "-version");
        } catch (AssertionError e) {
            Assumptions.abort("SKIPPED: containers can't be run here: " + e.getMessage());
        }
        buildah("umount", container);
        buildah("commit", "--rm", container, "localhost/runtime");
        return "localhost/runtime";
    }

    private void copy(Path root, String file) throws IOException {
        Path to = root.resolve(file.substring(1));
        if (Files.notExists(to)) {
            run("install", "-D", Path.of(file).toRealPath().toString(), to.toString());
        }
    }

    /** Builds a module's image as its Dockerfile says, on a base. */
    Image build(String module, String base) throws IOException {
        String name = "localhost/" + module;
        // Without a network: what an image is made of is the jar and its base, and the trial start needs none.
        buildah("bud", "--isolation", "oci", "--runtime", "runc", "--network", "none", "--pull-never",
                "--build-arg", "BASE=" + base, "-t", name, Project.HOME.resolve(module).toString());
        Path root = Path.of(buildah("mount", buildah("from", "--pull-never", name)));
        return new Image(root, JSON.readTree(buildah("inspect", "--type", "image", name)).at("/OCIv1/config"));
    }

    /**
     * Starts a container on this machine's network.
     *
     * @param volumes folders of this machine by their place in the container; the image's user owns them from now on
     */
    Started start(String name, Image image, List<String> arguments, Map<String, String> environment,
            Map<String, Path> volumes) throws IOException {
        String[] user = image.user().split(":");
        List<String> variables = new ArrayList<>(image.environment());
        environment.forEach((key, value) -> variables.add(key + "=" + value));
        List<String> command = new ArrayList<>(image.entryPoint());
        command.addAll(arguments);
        List<Object> mounts = new ArrayList<>();
        mounts.add(Map.of("destination", "/proc", "type", "proc", "source", "proc"));
        mounts.add(Map.of("destination", "/dev", "type", "tmpfs", "source", "tmpfs", "options",
                List.of("nosuid", "strictatime", "mode=755", "size=64k")));
        // As the chart mounts it: Tomcat's folder, and the native libraries of the network.
        mounts.add(Map.of("destination", "/tmp", "type", "tmpfs", "source", "tmpfs", "options",
                List.of("nosuid", "nodev", "mode=1777")));
        for (Map.Entry<String, Path> volume : volumes.entrySet()) {
            run("chown", image.user(), volume.getValue().toString());
            mounts.add(Map.of("destination", volume.getKey(), "type", "bind", "source", volume.getValue().toString(),
                    "options", List.of("bind", "rw")));
        }
        Map<String, Object> bundle = new LinkedHashMap<>();
        bundle.put("ociVersion", "1.0.2");
        bundle.put("process", Map.of("user", Map.of("uid", Integer.parseInt(user[0]), "gid",
                Integer.parseInt(user[1])), "args", command, "env", variables, "cwd",
                image.settings().path("WorkingDir").asString(), "noNewPrivileges", true));
        bundle.put("root", Map.of("path", image.root().toString(), "readonly", true));
        bundle.put("mounts", mounts);
        bundle.put("linux", Map.of("namespaces",
                Stream.of("pid", "ipc", "uts", "mount").map(type -> Map.of("type", type)).toList()));
        Path folder = Files.createDirectory(work.resolve(name));
        Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(bundle));
        running.add(name);
        return Started.of(new ProcessBuilder(runc("run", "-b", folder.toString(), name)).redirectErrorStream(true),
                Map.of(), work.resolve(name + ".log"));
    }

    /** Tells a container to end, as a cluster's node does. */
    void terminate(String name) throws IOException {
        run(runc("kill", name, "TERM").toArray(String[]::new));
    }

    /** Returns the id of a container's first process on this machine. */
    long process(String name) throws IOException {
        return JSON.readTree(run(runc("state", name).toArray(String[]::new))).path("pid").asLong();
    }

    private List<String> runc(String... arguments) {
        List<String> command = new ArrayList<>(List.of("runc", "--root", work.resolve("containers").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private String buildah(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("buildah", "--root", work.resolve("images").toString(),
                "--runroot", work.resolve("run").toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Runs a program to its end, and returns what it wrote to its standard output. */
    private String run(String... command) throws IOException {
        Path errors = work.resolve("errors.log");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output + Files.readString(errors));
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() throws IOException {
        for (String name : running) {
            run(runc("delete", "--force", name).toArray(String[]::new));
        }
        if (Files.exists(work.resolve("images"), LinkOption.NOFOLLOW_LINKS)) {
            buildah("rm", "--all");
        }
    }
}
