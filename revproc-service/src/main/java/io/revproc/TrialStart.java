package io.revproc;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A start that ends once the proxy is ready; it fills the JVM's ahead-of-time cache. Nobody must notice it: it listens only on free
 * loopback ports, shares no table and sends nothing, whatever the settings say, since a live proxy may run with the same ones.
 * On a free port the proxy keeps no table over restarts, and a record only where the caller names a directory.
 */
final class TrialStart {
    /** A system property. */
    static final String PROPERTY = "trial.start";

    private static final List<String> HARMLESS = List.of("server.address=127.0.0.1", "server.port=0",
            "revproc.listener.address=127.0.0.1", "revproc.listener.port=0", "revproc.store.type=memory",
            "revproc.store.file=", "revproc.tracing.enabled=false");

    private TrialStart() {}

    static boolean asked() {
        return Boolean.getBoolean(PROPERTY);
    }

    /** The arguments with those replaced that would let anybody notice. An argument wins over every other source of settings. */
    static String[] settings(String[] args) {
        return Stream.concat(
                Arrays.stream(args).filter(arg -> HARMLESS.stream().noneMatch(setting -> sameKey(arg, setting))),
                HARMLESS.stream().map(setting -> "--" + setting)).toArray(String[]::new);
    }

    private static boolean sameKey(String arg, String setting) {
        return arg.startsWith("--" + setting.substring(0, setting.indexOf('=') + 1));
    }
}
