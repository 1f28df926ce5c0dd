import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Puts together what goes into the jar: the compiled classes, and the bean definitions as code (Spring's ahead-of-time processing), which
 * a usual start takes instead of finding them out anew (see io.revproc.QuickStart). They are kept out of target/classes, where they
 * would be older than the code after the next change.
 *
 * <p>Arguments: the run-time class path, the directory of compiled classes, the directory to make, the main class. The goal
 * spring-boot:process-aot can't do it: it compiles with the JVM that Maven runs on.
 */
class PackagedClasses {
    public static void main(String[] args) throws Exception {
        String classPath = args[0];
        Path classes = Path.of(args[1]);
        Path packaged = Path.of(args[2]);
        String mainClass = args[3];
        Path sources = packaged.resolveSibling(packaged.getFileName() + "-sources");
        delete(packaged);
        delete(sources);
        // This empties the directories that it writes to. Spring keeps classes in hash sets: where their hashes differed from one
        // run to the next, so would the order of the beans, and no two builds would be the same.
        run(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2", "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
                "org.springframework.boot.SpringApplicationAotProcessor", mainClass, sources.toString(), packaged.toString(),
                packaged.toString(), "io.revproc", "revproc-service"));
        copy(classes, packaged);
        compile(classPath, sources, packaged);
        // Hints for native images; a JVM does not read them.
        delete(packaged.resolve("META-INF/native-image"));
    }

    private static void run(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // What is set in the environment of a build is none of the program's business.
        builder.environment().keySet().removeIf(name -> name.toUpperCase(Locale.ROOT)
                .matches("(REVPROC|SPRING|SERVER|MANAGEMENT|LOGGING|JDK_JAVA|JAVA_TOOL)_.*"));
        Process process = builder.start();
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            System.out.write(output);
            throw new IllegalStateException("the bean definitions could not be made, see above");
        }
    }

    private static void compile(String classPath, Path sources, Path packaged) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-nowarn", "-Xlint:none", "-proc:none", "-parameters", "--release", "25",
                "-d", packaged.toString(), "-cp", packaged + System.getProperty("path.separator") + classPath));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).sorted().forEach(arguments::add);
        }
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0])) != 0) {
            throw new IllegalStateException("the bean definitions could not be compiled, see above");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
