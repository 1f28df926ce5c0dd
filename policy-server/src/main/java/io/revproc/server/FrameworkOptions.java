package io.revproc.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the misspelt options among those of the framework ({@code --server.adress=…}), which the framework itself passes over in
 * silence. What is near no known option may be one of a library's, and is let through.
 */
final class FrameworkOptions {
    private static final List<String> TREES = List.of("server.", "spring.", "management.", "logging.");
    /** What people set every day; for these no list is read, which would cost the start time. */
    private static final List<String> EVERYDAY = List.of("server.port", "server.address", "logging.level.",
            "spring.config.", "spring.ssl.bundle.");
    private static final String LISTS = "META-INF/spring-configuration-metadata.json";
    private static final int MOST_EDITS = 2;

    private FrameworkOptions() {}

    /**
     * Returns one sentence about a misspelt option; null if it is none.
     *
     * @param key the option without dashes before it and without its value
     */
    static @Nullable String problem(String key) {
        if (TREES.stream().noneMatch(key::startsWith)
                || EVERYDAY.stream()
                        .anyMatch(known -> known.endsWith(".") ? key.startsWith(known) : key.equals(known))) {
            return null;
        }
        Map<String, String> known = known();
        String plain = plain(key);
        for (String parent = plain; !parent.isEmpty(); parent = parent.substring(0, Math.max(0, cut(parent)))) {
            if (known.containsKey(parent) && (parent.equals(plain) || open(known.getOrDefault(parent, "")))) {
                return null;
            }
        }
        String nearest = null;
        int least = MOST_EDITS + 1;
        for (String name : known.keySet()) {
            int edits = Math.abs(name.length() - plain.length()) > MOST_EDITS ? least : edits(name, plain);
            if (edits < least) {
                least = edits;
                nearest = name;
            }
        }
        return nearest == null
                ? null
                : "there is no setting '" + key + "', did you mean '" + spelt(known, nearest) + "'? See --help";
    }

    private static String spelt(Map<String, String> known, String plain) {
        String typed = known.getOrDefault(plain, "");
        return typed.substring(0, typed.indexOf(' '));
    }

    /** Whether below an option of this kind any name may stand. */
    private static boolean open(String nameAndType) {
        return nameAndType.contains(" java.util.") || nameAndType.contains("[]");
    }

    private static int cut(String name) {
        return Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
    }

    /** The framework takes all of these for the same name. */
    private static String plain(String key) {
        return key.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** The plain name of each option, and its name and type with a space between. */
    private static Map<String, String> known() {
        Map<String, String> known = new HashMap<>();
        try {
            for (URL list : Collections.list(FrameworkOptions.class.getClassLoader().getResources(LISTS))) {
                try (InputStream in = list.openStream()) {
                    for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                        String name = property.path("name").asString("");
                        known.put(plain(name), name + " " + property.path("type").asString(""));
                    }
                }
            }
        } catch (IOException e) {
            // Then nothing is known to be wrong.
            return Map.of();
        }
        return known;
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
