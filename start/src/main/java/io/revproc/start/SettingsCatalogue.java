package io.revproc.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.wire.EditDistance;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * All settings of a program, as the compiler found them on the properties records: names, types, defaults, descriptions. What is
 * not in here does not exist. Which of them are for every day stands in {@code META-INF/everyday-settings.txt}. Immutable.
 */
public final class SettingsCatalogue {
    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String EVERYDAY = "META-INF/everyday-settings.txt";
    /** The last type argument of a list or map: {@code java.util.Map<java.lang.String,io.revproc.PolicyProperties>}. */
    private static final Pattern VALUE_TYPE = Pattern
            .compile("java\\.util\\.(List|Set|Map)<(?:.*,)?(io\\.revproc[^<>]+)>");
    /** The key of a map; one that is a number looks like an index. */
    private static final String KEY = "(?:\\..+|\\[\\d+\\])";
    /** The key of a map whose values have parts: behind a dot that is not in brackets begins a part. */
    private static final String NAME = "(?:\\.[^.]+|\\[\\d+\\])";
    private static final String INDEX = "(\\[\\d+\\])?";

    /**
     * One setting.
     *
     * @param gone why it is no setting any more; null if it is one
     */
    public record Setting(String name, String type, @Nullable String defaultValue, @Nullable String description,
            @Nullable String gone) {}

    private final List<Setting> settings;
    private final Map<String, String> gone = new HashMap<>();
    private final List<String> everyday;
    /** Names of classes: they are needed only where a start fails. */
    private final Map<String, String> types;
    private final List<Pattern> patterns = new ArrayList<>();
    private final List<Pattern> environmentPatterns = new ArrayList<>();
    private final List<Pattern> groupPatterns = new ArrayList<>();

    SettingsCatalogue(List<Setting> all, List<String> everyday, Map<String, String> types) {
        this.types = Map.copyOf(types);
        this.settings = all.stream().filter(setting -> setting.gone() == null).toList();
        this.everyday = List.copyOf(everyday);
        for (Setting setting : settings) {
            add(setting.name(), setting.type());
        }
        for (Setting setting : all) {
            if (setting.gone() != null) {
                gone.put(loose(setting.name()), setting.gone());
            }
        }
    }

    /**
     * Reads what the annotation processor wrote.
     *
     * @param root what the names of the program's settings begin with, with the dot
     * @throws IllegalStateException if the program was built without the processor
     */
    public static SettingsCatalogue read(String root) {
        try {
            for (URL url : resources(METADATA)) {
                try (InputStream in = url.openStream()) {
                    JsonNode metadata = JsonMapper.shared().readTree(in);
                    List<Setting> found = settings(metadata, root);
                    if (!found.isEmpty()) {
                        return new SettingsCatalogue(found, everyday(root), types(metadata));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("the list of settings is missing; build with the configuration processor");
    }

    private static List<URL> resources(String name) throws IOException {
        return Collections.list(SettingsCatalogue.class.getClassLoader().getResources(name));
    }

    private static List<String> everyday(String root) throws IOException {
        List<String> names = new ArrayList<>();
        for (URL url : resources(EVERYDAY)) {
            try (InputStream in = url.openStream()) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(String::strip)
                        .filter(line -> line.startsWith(root)).forEach(names::add);
            }
        }
        return names;
    }

    private static List<Setting> settings(JsonNode metadata, String root) {
        List<Setting> found = new ArrayList<>();
        for (JsonNode property : metadata.path("properties")) {
            String name = property.path("name").asString("");
            if (name.startsWith(root)) {
                JsonNode value = property.path("defaultValue");
                found.add(new Setting(name, property.path("type").asString(""), value.isMissingNode()
                        ? null
                        : value.isArray()
                                ? String.join(",", value.valueStream().map(JsonNode::asString).toList())
                                : value.asString().replaceAll("^\\[|\\]$", "").replace(", ", ","),
                        property.path("description").asString(null), gone(property)));
            }
        }
        found.sort(Comparator.comparing(Setting::name));
        return found;
    }

    /** A group that is a part of another has a method that returns it. */
    private static Map<String, String> types(JsonNode metadata) {
        Map<String, String> types = new HashMap<>();
        for (JsonNode group : metadata.path("groups")) {
            if (!group.has("sourceMethod") && group.has("type")) {
                types.put(group.path("name").asString(), group.path("type").asString());
            }
        }
        return types;
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns why a property of a metadata file is no setting any more; null if it is one. */
    static @Nullable String gone(JsonNode property) {
        JsonNode deprecation = property.path("deprecation");
        return "error".equals(deprecation.path("level").asString("")) ? deprecation.path("reason").asString("") : null;
    }

    /** Returns the classes that the settings are bound to, each with the name that its settings begin with. */
    Map<String, Class<?>> types() {
        Map<String, Class<?>> classes = new HashMap<>();
        types.forEach((name, type) -> classes.put(name, type(type)));
        return classes;
    }

    /** Returns all of them, by name. */
    public List<Setting> settings() {
        return settings;
    }

    /**
     * Returns the names of those for every day, in the order of their list. A part of a list's or map's elements stands as
     * {@code revproc.policies[NAME].balance}, {@code revproc.registration.grants[0].policies}.
     */
    public List<String> everyday() {
        return everyday;
    }

    /** Returns whether a setting, or a part of its elements, is for every day. */
    public boolean isEveryday(Setting setting) {
        return everyday.stream()
                .anyMatch(name -> name.equals(setting.name()) || name.startsWith(setting.name() + "["));
    }

    /** Returns why there is no such setting any more; null if there never was one, or still is. */
    public @Nullable String gone(ConfigurationPropertyName name) {
        return gone.get(loose(name));
    }

    /** Returns whether a key of a file or of the command line is a setting. */
    public boolean knows(ConfigurationPropertyName name) {
        return matches(patterns, loose(name));
    }

    /** Returns whether a key is a group of settings, {@code revproc.listener}, or all settings of one name, {@code revproc.policies[PP_1]}. */
    public boolean isGroup(ConfigurationPropertyName name) {
        String group = loose(name);
        return matches(groupPatterns, group)
                || settings.stream().anyMatch(setting -> loose(setting.name()).startsWith(group + "."));
    }

    /** Returns whether a key is the element of a list where one value belongs, {@code revproc.listener.port[0]}. */
    public boolean isElementOfOneValue(ConfigurationPropertyName name) {
        return name.isLastElementIndexed() && !knows(name) && knows(name.getParent());
    }

    /** Returns whether an environment variable's key is a setting: there, dots, dashes and indexes all look alike. */
    public boolean knowsFromEnvironment(ConfigurationPropertyName name) {
        return matches(environmentPatterns, loose(name).replaceAll("[.\\[\\]]", ""));
    }

    /** Returns whether the key lies in one of the trees that have settings, {@code revproc.listener} and so on. */
    public boolean inKnownTree(ConfigurationPropertyName name) {
        String tree = loose(name.chop(Math.min(2, name.getNumberOfElements()))) + ".";
        return name.getNumberOfElements() > 2
                && settings.stream().anyMatch(setting -> loose(setting.name()).startsWith(tree)
                        || isMap(setting) && (loose(setting.name()) + ".").equals(tree));
    }

    /** Returns the setting that was probably meant; null if none is near. */
    public @Nullable String nearest(ConfigurationPropertyName name) {
        String wanted = name.toString();
        return EditDistance.closest(wanted, settings.stream().map(Setting::name).toList(),
                Math.max(2, wanted.length() / 5));
    }

    /** Returns the name with the keys of maps in brackets, each as it was typed: {@code revproc.policies[PP_1].balance}. */
    public ConfigurationPropertyName bracketed(ConfigurationPropertyName name) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            boolean brackets = name.chop(i + 1).isLastElementIndexed() || isMap(name.chop(i));
            String element = name.getElement(i, brackets ? Form.ORIGINAL : Form.DASHED);
            all.append(brackets ? "[" + element + "]" : (i == 0 ? "" : ".") + element);
        }
        return ConfigurationPropertyName.of(all);
    }

    private boolean isMap(ConfigurationPropertyName name) {
        String wanted = loose(name);
        return settings.stream()
                .anyMatch(each -> isMap(each) && loose(each.name()).equals(wanted));
    }

    private static boolean isMap(Setting setting) {
        return setting.type().startsWith("java.util.Map");
    }

    private void add(String name, String type) {
        Matcher nested = VALUE_TYPE.matcher(type);
        String quoted = Pattern.quote(loose(name));
        String flat = Pattern.quote(loose(name).replace(".", ""));
        if (nested.matches()) {
            boolean map = "Map".equals(nested.group(1));
            String element = quoted + (map ? NAME : "\\[\\d+\\]");
            List<String> groups = new ArrayList<>();
            List<String> parts = parts(type(nested.group(2)), groups);
            for (String part : parts) {
                patterns.add(Pattern.compile(element + "\\." + part));
                environmentPatterns.add(
                        Pattern.compile(flat + (map ? ".+" : "\\d+")
                                + part.replace(KEY, ".+").replace("\\.", "").replace(INDEX, "\\d*")));
            }
            groups.forEach(group -> groupPatterns.add(Pattern.compile(element + "\\." + group)));
            if (map && !parts.isEmpty()) {
                groupPatterns.add(Pattern.compile(element));
                groupPatterns.add(Pattern.compile(quoted));
            } else {
                // An enum or a type that is read from one string has no parts.
                patterns.add(Pattern.compile(quoted + INDEX));
            }
            environmentPatterns.add(Pattern.compile(flat + "\\d*"));
        } else if (type.startsWith("java.util.Map")) {
            patterns.add(Pattern.compile(quoted + KEY));
            groupPatterns.add(Pattern.compile(quoted));
            environmentPatterns.add(Pattern.compile(flat + ".+"));
        } else {
            boolean list = type.startsWith("java.util.List");
            patterns.add(Pattern.compile(quoted + (list ? INDEX : "")));
            environmentPatterns.add(Pattern.compile(flat + (list ? "\\d*" : "")));
        }
    }

    /** @param groups takes those parts that have parts themselves */
    private static List<String> parts(Class<?> type, List<String> groups) {
        List<String> parts = new ArrayList<>();
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                String name = component.getName().toLowerCase(Locale.ROOT);
                if (component.getType().isRecord()) {
                    List<String> inner = new ArrayList<>();
                    parts(component.getType(), inner).forEach(part -> parts.add(name + "\\." + part));
                    inner.forEach(group -> groups.add(name + "\\." + group));
                    groups.add(name);
                } else if (Map.class.isAssignableFrom(component.getType())) {
                    parts.add(name + KEY);
                    groups.add(name);
                } else {
                    parts.add(name + (List.class.isAssignableFrom(component.getType()) ? INDEX : ""));
                }
            }
        }
        return parts;
    }

    private static boolean matches(List<Pattern> patterns, String key) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }

    /** Lower case without dashes and underscores, which may be written or not; an underscore is a dot in brackets. */
    private static String loose(ConfigurationPropertyName name) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.ORIGINAL);
            boolean index = name.isNumericIndex(i);
            key.append(index || i == 0 ? "" : ".")
                    .append(index ? "[" + element + "]" : loose(element).replace('.', '_'));
        }
        return key.toString();
    }

    private static String loose(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }
}
