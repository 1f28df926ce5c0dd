import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.ProcessBuilder.Redirect;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Part of the build: makes the command line quick to start. Rewrites the classes of the jar that are compiled for an old Java
 * (picocli: Java 5) to a newer class file format, with the stack maps that it asks for, since the JVM keeps no old classes in its AOT
 * cache. Then runs bin/revproc once, which makes that cache, so that no user waits for it; if that does not work, the first user
 * does.
 *
 * <p>Run as a source file: {@code java FinishJar.java client-cli.jar bin/revproc}
 */
public final class FinishJar {
    /** Java 17, the first without the old verifier's peculiarities that matter here. */
    private static final int TARGET = 61;
    /** Java 6 is the oldest that the AOT cache takes. */
    private static final int OLDEST_KEPT = 50;

    private static final int PATIENCE_SECONDS = 180;

    public static void main(String[] args) throws IOException, InterruptedException {
        upgrade(Path.of(args[0]));
        run(args[1]);
    }

    private static void run(String script) throws InterruptedException {
        try {
            Process process = new ProcessBuilder("bash", script, "--version").redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (IOException e) {
            // A build does not need bash; the command line does.
        }
    }

    private static void upgrade(Path jar) throws IOException {
        Path upgraded = Path.of(jar + ".upgraded");
        int count = 0;
        try (ZipFile in = new ZipFile(jar.toFile()); ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(upgraded))) {
            ClassFile classes = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy(in)),
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
            for (ZipEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".class")) {
                    ClassModel model = classes.parse(bytes);
                    if (model.majorVersion() < OLDEST_KEPT) {
                        bytes = upgrade(classes, model);
                        count++;
                    }
                }
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                out.write(bytes);
            }
        }
        if (count > 0) {
            Files.move(upgraded, jar, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(upgraded);
        }
    }

    private static byte[] upgrade(ClassFile classes, ClassModel model) {
        return classes.transformClass(model, (builder, element) -> {
            switch (element) {
                case ClassFileVersion old -> builder.withVersion(TARGET, 0);
                case MethodModel method ->
                    builder.transformMethod(method, MethodTransform.transformingCode((code, part) -> code.with(part)));
                default -> builder.with(element);
            }
        });
    }

    /** Who extends whom: by the jar, else by the JDK. */
    private static ClassHierarchyResolver hierarchy(ZipFile jar) {
        return ClassHierarchyResolver.ofResourceParsing(name -> open(jar, name)).orElse(ClassHierarchyResolver.defaultResolver());
    }

    private static InputStream open(ZipFile jar, ClassDesc name) {
        String descriptor = name.descriptorString();
        ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
