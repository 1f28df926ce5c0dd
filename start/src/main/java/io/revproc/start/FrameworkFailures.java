package io.revproc.start;

import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.YamlProcessor;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.config.ConfigDataResourceNotFoundException;
import org.springframework.core.env.PropertyResolver;
import org.yaml.snakeyaml.error.YAMLException;

/** Explains in one sentence which part of the framework stopped a start: its configuration files, the address of HTTP. */
public final class FrameworkFailures {
    /** The framework makes what asks us: what is to be known lies here. */
    private static volatile List<String> arguments = List.of();
    private static volatile @Nullable String httpAddress;
    private static volatile @Nullable String managementPort;

    private FrameworkFailures() {}

    /** @param args the command line, for what it says of configuration files */
    public static void startedWith(String[] args) {
        arguments = List.of(args);
    }

    /** @param settings say where HTTP will listen */
    public static void listensForHttp(PropertyResolver settings) {
        httpAddress = settings.getProperty(HttpPort.SERVER.setting("address"));
        managementPort = settings.getProperty(HttpPort.MANAGEMENT.setting("port"));
    }

    /** Returns the sentence that another program has a port of HTTP, with the setting that names it. */
    public static String portTaken(int port) {
        return (String.valueOf(port).equals(managementPort) ? HttpPort.MANAGEMENT : HttpPort.SERVER).taken(port);
    }

    /** Returns the sentence for this exception, whatever caused it; null if it says nothing that a person can act on. */
    public static @Nullable String sentence(Throwable cause) {
        return switch (cause) {
            case YAMLException yaml -> BadYaml.sentence(yaml, Path.of("").toAbsolutePath(),
                    withProperties(arguments), System.getenv());
            case ClassCastException cast when Arrays.stream(cast.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(YamlProcessor.class.getName())) ->
                BadYaml.keyInList(Path.of("").toAbsolutePath(), withProperties(arguments), System.getenv());
            case ConfigDataResourceNotFoundException missing -> missing(missing.getLocation());
            case ConfigDataLocationNotFoundException missing -> missing(missing.getLocation());
            // Our own ports have exceptions of their own.
            case SocketException socket ->
                HttpPort.SERVER.cannotListen(String.valueOf(socket.getMessage()), httpAddress);
            default -> null;
        };
    }

    /**
     * Returns what is said where nobody knows the failure better.
     *
     * @param root what caused all the others
     */
    public static String unknown(Throwable root) {
        return "the start failed: " + switch (root) {
            case NoSuchFileException none -> "there is no " + none.getFile();
            case AccessDeniedException denied -> "this process may not use " + denied.getFile();
            default -> root.getMessage() == null || root.getMessage().isBlank()
                    ? root.getClass().getSimpleName()
                    : root.getMessage() + " (" + root.getClass().getSimpleName() + ")";
        };
    }

    /** Returns the text without line breaks. */
    public static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }

    private static List<String> withProperties(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("spring.config.")) {
                all.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        return all;
    }

    private static String missing(@Nullable ConfigDataLocation location) {
        return "the configuration '" + location + "' is not there; correct spring.config.additional-location, "
                + "spring.config.location or spring.config.import, whichever names it";
    }
}
