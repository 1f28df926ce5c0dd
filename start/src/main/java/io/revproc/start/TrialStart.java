package io.revproc.start;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A start that ends once the service is ready; it fills the JVM's ahead-of-time cache. Nobody must notice it, whatever the settings say,
 * since a live service may run with the same ones: HTTP listens on a free loopback port, and the service names what else it needs.
 *
 * @param harmless settings as {@code key=value} that take the place of what the arguments say
 */
public record TrialStart(List<String> harmless) {
    /** A system property. */
    public static final String PROPERTY = "trial.start";

    /** @param harmless settings as {@code key=value}, besides those of HTTP */
    public static TrialStart with(String... harmless) {
        return new TrialStart(Stream.concat(Stream.of("server.address=127.0.0.1", "server.port=0"),
                Arrays.stream(harmless)).toList());
    }

    /** Returns whether this start is one. */
    public static boolean asked() {
        return Boolean.getBoolean(PROPERTY);
    }

    /** Returns the arguments with those replaced that would let anybody notice. An argument wins over every other source of settings. */
    public String[] settings(String[] args) {
        return Stream.concat(
                Arrays.stream(args).filter(arg -> harmless.stream().noneMatch(setting -> sameKey(arg, setting))),
                harmless.stream().map(setting -> "--" + setting)).toArray(String[]::new);
    }

    private static boolean sameKey(String arg, String setting) {
        int equals = arg.indexOf('=');
        return arg.startsWith("--") && equals > 0 && FrameworkOptions.plain(arg.substring(2, equals))
                .equals(FrameworkOptions.plain(setting.substring(0, setting.indexOf('='))));
    }
}
