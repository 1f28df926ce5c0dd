package io.revproc.cli;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values for options that the command line leaves out: from the environment ({@code REVPROC_HOST} …), then from the context in use,
 * if there is one, else from the configuration file ({@code $REVPROC_CONFIG}, or {@code revproc/config} in {@code $XDG_CONFIG_HOME} or
 * {@code ~/.config}). Of the configuration file a context leaves only the timeout: a token must not go to another proxy. For the same reason a token or user of a file
 * goes only to the file's admin address. An option takes part by
 * the name of its {@code descriptionKey}. An unknown key or a bad value is an error: a typo must not go unnoticed.
 */
final class Settings implements IDefaultValueProvider {
    /** The most bytes a configuration file may have. */
    private static final long MAX_FILE = 64 * 1024;

    /** The keys, each with the check of its value. */
    private enum Key {
        HOST, PORT, ADMIN, TOKEN, USER, TIMEOUT, CACERT, CERT, KEY;

        String property() {
            return name().toLowerCase(Locale.ROOT);
        }

        String variable() {
            return Settings.variable(property());
        }

        /** Returns what is wrong with the value, for a person; null if it is valid. */
        @Nullable
        String complaint(String value) {
            return switch (this) {
                case PORT -> value.matches("\\d{1,5}") && port(value) ? null : "is not a port, 1 to 65535";
                case ADMIN -> isHttp(value) ? null : HttpAddress.COMPLAINT;
                case USER -> value.indexOf(':') > 0 ? null : "is not of the form name:password";
                case TIMEOUT -> isDuration(value) ? null : "is not a duration; write 500ms, 2s or 1m";
                case HOST, TOKEN, CACERT, CERT, KEY -> value.isBlank() ? "is empty" : null;
            };
        }

        private static boolean port(String value) {
            int port = Integer.parseInt(value);
            return port >= 1 && port <= 65_535;
        }

        private static boolean isHttp(String value) {
            try {
                HttpAddress.of(value);
                return true;
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
    static final Settings NONE = new Settings(Map.of(), Set.of(), URI.create(AdminOptions.DEFAULT), "");

    private final Map<String, String> values;
    /** Keys whose values come from a file: the configuration file's, or the context's. */
    private final Set<String> ofFile;
    /** The admin address that the file is about. */
    private final URI fileAdmin;
    /** What a person calls the file. */
    private final String place;

    private Settings(Map<String, String> values, Set<String> ofFile, URI fileAdmin, String place) {
        this.values = values;
        this.ofFile = ofFile;
        this.fileAdmin = fileAdmin;
        this.place = place;
    }

    /** @throws CliException if the environment or the file holds something that can't be taken */
    static Settings load(Terminal terminal) {
        return load(terminal, null);
    }

    /** @param named the context that the command line names; null if it names none */
    static Settings load(Terminal terminal, @Nullable String named) {
        Map<String, String> values = new HashMap<>();
        Path file = file(terminal.env());
        if (file != null && Files.isRegularFile(terminal.directory().resolve(file))) {
            values.putAll(read(terminal.directory().resolve(file)));
        }
        Contexts contexts = contexts(terminal.env(), terminal.directory());
        String context = context(terminal.env(), contexts, named);
        if (context != null) {
            if (contexts == null) {
                throw CliException.usage("there is no context '" + context + "'");
            }
            values.keySet().retainAll(Set.of(Key.TIMEOUT.property()));
            values.putAll(read(contexts.file(context)));
        }
        Set<String> ofFile = new HashSet<>(values.keySet());
        URI fileAdmin = HttpAddress.of(values.getOrDefault(Key.ADMIN.property(), AdminOptions.DEFAULT));
        for (Key key : Key.values()) {
            String value = terminal.env().get(key.variable());
            if (value != null && !value.isEmpty()) {
                values.put(key.property(), checked(key.variable(), key, value, true));
                ofFile.remove(key.property());
            }
        }
        String place = context != null
                ? "the context " + context
                : file == null ? "" : Style.safe(file.toString());
        return new Settings(Map.copyOf(values), Set.copyOf(ofFile), fileAdmin, place);
    }

    /** Returns whether the value of a key may go to a server: one of a file is meant for the file's own admin address alone. */
    boolean isFor(String key, URI at) {
        return !ofFile.contains(key) || isSameServer(at, fileAdmin);
    }

    private static String variable(String key) {
        return "REVPROC_" + key.toUpperCase(Locale.ROOT);
    }

    /** Returns where the value of a key comes from, for a person. */
    String source(String key) {
        return ofFile.contains(key) ? place : variable(key);
    }

    /** Returns why the value of a key did not go to a server, and what to do, for a person; null if it may go there, or there is none. */
    @Nullable
    String withheld(String key, URI at) {
        return values.get(key) == null || isFor(key, at)
                ? null
                : "the " + key + " in " + place + " was not sent, since it is for the admin address of " + place + ", "
                        + fileAdmin + ": write admin=" + at + " there, or set " + variable(key);
    }

    /** Returns whether two addresses are those of one server: scheme, host and port. */
    static boolean isSameServer(URI one, URI other) {
        return one.getHost() != null && one.getHost().equalsIgnoreCase(other.getHost())
                && one.getScheme().equalsIgnoreCase(other.getScheme()) && port(one) == port(other);
    }

    private static int port(URI at) {
        return at.getPort() >= 0 ? at.getPort() : at.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /** The context that counts: the command line's, the environment's, or the one in use; null if that is none. */
    private static @Nullable String context(Map<String, String> env, @Nullable Contexts contexts,
            @Nullable String named) {
        String variable = env.getOrDefault("REVPROC_CONTEXT", "");
        String context = named != null
                ? named
                : !variable.isEmpty() ? variable : contexts == null ? null : contexts.current();
        return Contexts.NONE.equals(context) ? null : context;
    }

    /** Returns where contexts are kept; null if there is no place for them. */
    static @Nullable Contexts contexts(Map<String, String> env, Path directory) {
        Path file = file(env);
        Path folder = file == null ? null : directory.resolve(file).toAbsolutePath().getParent();
        return folder == null ? null : new Contexts(folder);
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

    /** Returns what a file of settings holds. @throws CliException if that can't be taken */
    static Map<String, String> read(Path file) {
        Map<String, String> values = new HashMap<>();
        Properties properties = new Properties();
        try {
            if (Files.size(file) > MAX_FILE) {
                throw CliException.usage(file + " is too large for a configuration file");
            }
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        } catch (IOException e) {
            throw CliException.usage("can't read " + file + " (" + FileProblem.of(e) + "); each line is key=value");
        } catch (IllegalArgumentException e) {
            throw CliException.usage("can't read " + file + " (" + e.getMessage() + "); each line is key=value");
        }
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            Key key = key(file, name);
            values.put(name, checked(file + ": " + name, key, properties.getProperty(name).strip(), false));
        }
        return values;
    }

    /** @throws CliException if one of the values can't be taken */
    static void check(String prefix, Map<String, String> values) {
        values.forEach(
                (name, value) -> checked(prefix + name, Key.valueOf(name.toUpperCase(Locale.ROOT)), value, false));
    }

    private static Key key(Path file, String name) {
        for (Key key : Key.values()) {
            if (key.property().equals(name)) {
                return key;
            }
        }
        throw CliException.usage(file + ": unknown key '" + Style.safe(name) + "'; known keys: "
                + "host, port, admin, token, user, timeout, cacert, cert, key");
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
