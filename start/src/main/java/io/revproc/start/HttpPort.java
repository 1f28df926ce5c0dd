package io.revproc.start;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.NumberUtils;

/** A port on which a program speaks HTTP: its settings, and the sentences on what is wrong with them. */
public enum HttpPort {
    SERVER("server"), MANAGEMENT("management.server");

    /** The highest port. */
    public static final int MAX = 65_535;
    /** The framework opens none then. */
    private static final int NONE = -1;

    private final String tree;

    HttpPort(String tree) {
        this.tree = tree;
    }

    /** Returns the name of the setting of this end, such as {@code server.port}. */
    public String setting(String name) {
        return tree + "." + name;
    }

    /**
     * Returns one sentence about each port that can't be one, and about what is empty and would open HTTP elsewhere than by default. What is
     * not set is fine.
     */
    static List<String> problems(PropertyResolver settings) {
        List<String> problems = new ArrayList<>();
        for (HttpPort each : values()) {
            // The framework takes an empty address for all of the machine's, and an empty port of the server for its own default.
            for (String name : each == SERVER ? List.of("address", "port") : List.of("address")) {
                String typed = settings.getProperty(each.setting(name));
                if (typed != null && typed.isBlank()) {
                    problems.add(StartFailures.sentenceOnEmpty(each.setting(name)));
                }
            }
            String value = settings.getProperty(each.setting("port"));
            if (value != null && !value.isBlank() && !isPort(value)) {
                problems.add(
                        "the setting '" + each.setting("port") + "' can't be '" + value + "': it must be a port, 0 to "
                                + MAX + " (0: any free one; -1: no HTTP)");
            }
        }
        return problems;
    }

    /** Read as the framework reads it. */
    private static boolean isPort(String value) {
        try {
            int port = NumberUtils.parseNumber(value, Integer.class);
            return port >= NONE && port <= MAX;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns the sentence that another program has the port. */
    public String taken(int port) {
        return "the HTTP port " + port + " is taken by another program; choose another with " + setting("port");
    }

    /**
     * Returns the sentence on an address or port that can't be opened; null if the reason says nothing that a person can act on.
     *
     * @param reason  the kernel's words
     * @param address where it should listen; null: unknown
     */
    public @Nullable String cannotListen(String reason, @Nullable String address) {
        if (reason.contains("assign requested address") || reason.contains("Address family not supported")) {
            return "HTTP can't listen on " + (address == null ? "its address" : address)
                    + ": no interface of this machine has this address; choose another one with " + setting("address");
        }
        return reason.contains("Permission denied")
                ? "HTTP can't listen (permission denied; a port below 1024 takes more rights); choose another port with "
                        + setting("port")
                : null;
    }
}
