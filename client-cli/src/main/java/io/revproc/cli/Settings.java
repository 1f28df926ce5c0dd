package io.revproc.cli;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values for options that the command line leaves out: from the environment ({@code REVPROC_HOST} …), then from the
 * configuration file ({@code $REVPROC_CONFIG}, or {@code revproc/config} in {@code $XDG_CONFIG_HOME} or {@code ~/.config}). An option takes part by
 * the name of its {@code descriptionKey}. An unknown key or a bad value is an error: a typo must not go unnoticed.
 */
final class Settings implements IDefaultValueProvider {
    /** The most bytes a configuration file may have. */
    private static final long MAX_FILE = 64 * 1024;

    /** The keys, each with the check of its value. */
    private enum Key {
        HOST, PORT, ADMIN, TOKEN, USER, TIMEOUT;

        String property() {
            return name().toLowerCase(Locale.ROOT);
        }

        String variable() {
            return "REVPROC_" + name();
        }

        /** What is wrong with the value; null if it can be taken. */
        @Nullable
        String complaint(String value) {
            return switch (this) {
                case PORT -> value.matches("\\d{1,5}") && port(value) ? null : "is not a port, 1 to 65535";
                case ADMIN -> isHttp(value) ? null : "is not an http:// or https:// address";
                case USER -> value.indexOf(':') > 0 ? null : "is not of the form name:password";
                case TIMEOUT -> isDuration(value) ? null : "is not a duration; write 500ms, 2s or 1m";
                case HOST, TOKEN -> value.isBlank() ? "is empty" : null;
            };
        }

        private static boolean port(String value) {
            int port = Integer.parseInt(value);
            return port >= 1 && port <= 65_535;
        }

        private static boolean isHttp(String value) {
            try {
                URI uri = URI.create(value);
                return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static boolean isDuration(String value) {
            try {
                return Durations.parse(value).isPositive();
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /** No settings at all. */
    static final Settings NONE = new Settings(Map.of());

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /** @throws CliException if the environment or the file holds something that can't be taken */
    static Settings load(Terminal terminal) {
        Map<String, String> values = new HashMap<>();
        Path file = file(terminal.env());
        if (file != null && Files.isRegularFile(terminal.directory().resolve(file))) {
            readFile(terminal.directory().resolve(file), values);
        }
        for (Key key : Key.values()) {
            String value = terminal.env().get(key.variable());
            if (value != null && !value.isEmpty()) {
                values.put(key.property(), checked(key.variable(), key, value, true));
            }
        }
        return new Settings(Map.copyOf(values));
    }

    private static @Nullable Path file(Map<String, String> env) {
        String named = env.get("REVPROC_CONFIG");
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        String config = env.get("XDG_CONFIG_HOME");
        String home = env.get("HOME");
        if (config != null && !config.isEmpty()) {
            return Path.of(config, "revproc", "config");
        }
        return home == null ? null : Path.of(home, ".config", "revproc", "config");
    }

    private static void readFile(Path file, Map<String, String> values) {
        Properties properties = new Properties();
        try {
            if (Files.size(file) > MAX_FILE) {
                throw CliException.usage(file + " is too large for a configuration file");
            }
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw CliException.usage("can't read " + file + " (" + e.getMessage() + "); each line is key=value");
        }
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            Key key = key(file, name);
            values.put(name, checked(file + ": " + name, key, properties.getProperty(name).strip(), false));
        }
    }

    private static Key key(Path file, String name) {
        for (Key key : Key.values()) {
            if (key.property().equals(name)) {
                return key;
            }
        }
        throw CliException.usage(file + ": unknown key '" + Style.safe(name) + "'; known keys: "
                + "host, port, admin, token, user, timeout");
    }

    /** Secrets are not repeated in the complaint. */
    private static String checked(String where, Key key, String value, boolean variable) {
        String complaint = key.complaint(value);
        if (complaint == null) {
            return value;
        }
        boolean secret = key == Key.TOKEN || key == Key.USER;
        throw CliException.usage(where + (secret ? (variable ? "" : "=…") : "=" + Style.safe(value)) + " " + complaint);
    }

    @Nullable
    String get(String key) {
        return values.get(key);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option && option.descriptionKey() != null
                ? values.get(option.descriptionKey())
                : null;
    }
}
