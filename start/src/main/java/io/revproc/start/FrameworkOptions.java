package io.revproc.start;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.revproc.wire.DidYouMean;
import io.revproc.wire.EditDistance;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.ResourceUtils;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the misspelt options among those of the framework ({@code server.adress}), which the framework itself passes over in
 * silence. What is near no known option may be one of a library's, and is let through.
 */
public final class FrameworkOptions {
    private static final List<String> TREES = List.of("server.", "spring.", "management.", "logging.");
    /** Common settings; for these no list is read, which would cost start time. */
    private static final List<String> EVERYDAY = List.of("server.port", "server.address", "logging.level.",
            "spring.config.", "spring.ssl.bundle.");
    private static final String LISTS = "META-INF/spring-configuration-metadata.json";
    private static final String GONE = "springdoc.";
    private static final int MAX_EDITS = 2;

    private FrameworkOptions() {}

    /**
     * Returns one sentence about a misspelt option; null if it is none.
     *
     * @param key the option without dashes before it and without its value
     */
    public static @Nullable String problem(String key) {
        return problem(key, "", FrameworkOptions::known);
    }

    /**
     * Returns one sentence about each misspelt option in a configuration file, each port of HTTP that can't be one, and a file for the log
     * that is not there.
     */
    static List<String> problems(ConfigurableEnvironment environment) {
        List<String> problems = new ArrayList<>(HttpPort.problems(environment));
        Supplier<Map<String, String>> known = SingletonSupplier.of(FrameworkOptions::known);
        String log = environment.getProperty("logging.config");
        if (log != null && !log.isBlank() && !isThere(log)) {
            problems.add("the file '" + log + "' is not there, which logging.config names");
        }
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> file && isFile(file.getName())) {
                for (String key : file.getPropertyNames()) {
                    Origin origin = OriginLookup.getOrigin(file, key);
                    String problem = problem(key, origin == null ? "" : " (" + origin + ")", known);
                    if (problem != null) {
                        problems.add(problem);
                    }
                }
            }
        }
        return problems;
    }

    /**
     * Returns one sentence for each variable and system property that is one slip away from an option, and one for options that did
     * something once. Other programs have variables that begin like ours, so that this is no reason to stop.
     */
    public static List<String> doubts(ConfigurableEnvironment environment) {
        Supplier<Map<String, String>> known = SingletonSupplier.of(FrameworkOptions::known);
        List<String> doubts = new ArrayList<>(gone(environment));
        for (String name : List.of(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
            if (environment.getPropertySources().get(name) instanceof EnumerablePropertySource<?> source) {
                for (String variable : source.getPropertyNames()) {
                    String doubt = doubt(variable, known);
                    if (doubt != null) {
                        doubts.add(doubt);
                    }
                }
            }
        }
        return doubts;
    }

    /** One sentence about all options of the library that made the description of the API once: the framework would leave them out in silence. */
    private static List<String> gone(ConfigurableEnvironment environment) {
        TreeSet<String> gone = new TreeSet<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> settings) {
                for (String name : settings.getPropertyNames()) {
                    if (name.replace('_', '.').toLowerCase(Locale.ROOT).startsWith(GONE)) {
                        gone.add("'" + name + "'");
                    }
                }
            }
        }
        return gone.isEmpty()
                ? List.of()
                : List.of(
                        "settings of springdoc set nothing any more, since the description of the API is a file of the "
                                + "program, always at /v3/api-docs; remove " + String.join(" and ", gone));
    }

    private static @Nullable String doubt(String variable, Supplier<Map<String, String>> known) {
        String dotted = variable.replace('_', '.').toLowerCase(Locale.ROOT);
        if (isFine(dotted)) {
            return null;
        }
        String flat = flat(plain(dotted));
        Map<String, String> names = new HashMap<>();
        for (Map.Entry<String, String> option : known.get().entrySet()) {
            String name = flat(option.getKey());
            if (flat.equals(name) || flat.startsWith(name) && isOpen(option.getValue())) {
                return null;
            }
            names.put(name, option.getValue());
        }
        String nearest = EditDistance.closest(flat, names.keySet(), 1);
        return nearest == null
                ? null
                : "'" + variable + "' sets nothing, " + DidYouMean.of("'" + spelt(names, nearest) + "'");
    }

    /** The framework would show a stack trace. */
    private static boolean isThere(String resource) {
        try (InputStream _ = ResourceUtils.getURL(resource.strip()).openStream()) {
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private static @Nullable String problem(String key, String where,
            Supplier<Map<String, String>> list) {
        if (isFine(key)) {
            return null;
        }
        Map<String, String> known = list.get();
        String plain = plain(key);
        for (String parent = plain; !parent.isEmpty(); parent = parent.substring(0, Math.max(0, cut(parent)))) {
            if (known.containsKey(parent) && (parent.equals(plain) || isOpen(known.getOrDefault(parent, "")))) {
                return null;
            }
        }
        String nearest = EditDistance.closest(plain, known.keySet(), MAX_EDITS);
        return nearest == null
                ? null
                : "there is no setting '" + key + "'" + where + ", "
                        + DidYouMean.of("'" + spelt(known, nearest) + "'") + " See --help";
    }

    /** Returns whether no list needs to be read to know that this is no misspelt option. */
    private static boolean isFine(String key) {
        return TREES.stream().noneMatch(key::startsWith) || EVERYDAY.stream()
                .anyMatch(known -> known.endsWith(".") ? key.startsWith(known) : key.equals(known));
    }

    /** Returns whether this is a source of settings that a person wrote for us; the file in the jar is not. */
    private static boolean isFile(String source) {
        return source.equals("spring.application.json")
                || source.startsWith("Config ") && !source.contains("'class path resource ");
    }

    private static String spelt(Map<String, String> known, String plain) {
        String typed = known.getOrDefault(plain, "");
        return typed.substring(0, typed.indexOf(' '));
    }

    /** Returns whether below an option of this kind any name may stand. */
    private static boolean isOpen(String nameAndType) {
        return nameAndType.contains(" java.util.") || nameAndType.contains("[]");
    }

    private static int cut(String name) {
        return Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
    }

    /** The framework takes all of these for the same name. */
    static String plain(String key) {
        return key.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** In a variable's name a dot looks like any other mark. */
    private static String flat(String plain) {
        return plain.replaceAll("[.\\[\\]]", "");
    }

    /** The plain name of each option, and its name and type with a space between. */
    private static Map<String, String> known() {
        Map<String, String> known = new HashMap<>();
        try {
            for (URL list : Collections.list(FrameworkOptions.class.getClassLoader().getResources(LISTS))) {
                try (InputStream in = list.openStream()) {
                    for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                        String name = property.path("name").asString("");
                        if (SettingsCatalogue.gone(property) == null) {
                            known.put(plain(name), name + " " + property.path("type").asString(""));
                        }
                    }
                }
            }
        } catch (IOException e) {
            // Then nothing is known to be wrong.
            return Map.of();
        }
        return known;
    }
}
