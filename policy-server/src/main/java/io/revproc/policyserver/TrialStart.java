package io.revproc.policyserver;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A start that ends once the server is ready; it fills the JVM's ahead-of-time cache. Nobody must notice it: it listens only on
 * free loopback ports and registers with no proxy, whatever the settings say, since a live server may run with the same ones.
 */
final class TrialStart {
    /** A system property. */
    static final String PROPERTY = "trial.start";

    private static final List<String> HARMLESS = List.of("server.address=127.0.0.1", "server.port=0",
            "policy-server.listen-address=127.0.0.1", "policy-server.listen=0");

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
