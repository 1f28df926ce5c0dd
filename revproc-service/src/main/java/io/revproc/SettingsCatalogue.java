package io.revproc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.wire.EditDistance;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * All settings of ours, as the compiler found them on the properties records: names, types, defaults, descriptions. What is
 * not in here does not exist.
 */
final class SettingsCatalogue {
    private static final String ROOT = "revproc.";
    /** The last type argument of a list or map: {@code java.util.Map<java.lang.String,io.revproc.PolicyProperties>}. */
    private static final Pattern VALUE_TYPE = Pattern
            .compile("java\\.util\\.(List|Set|Map)<(?:.*,)?(io\\.revproc[^<>]+)>");

    /** One setting. */
    record Setting(String name, String type, @Nullable String defaultValue, @Nullable String description) {}

    private final List<Setting> settings;
    private final List<Pattern> patterns = new ArrayList<>();
    private final List<Pattern> environmentPatterns = new ArrayList<>();

    SettingsCatalogue(List<Setting> settings) {
        this.settings = List.copyOf(settings);
        for (Setting setting : settings) {
            add(setting.name(), setting.type());
        }
    }

    /** Reads what the annotation processor wrote. */
    static SettingsCatalogue read() {
        try {
            for (URL url : Collections.list(SettingsCatalogue.class.getClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                List<Setting> found = read(url);
                if (!found.isEmpty()) {
                    return new SettingsCatalogue(found);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("the list of settings is missing; build with the configuration processor");
    }

    private static List<Setting> read(URL url) throws IOException {
        List<Setting> found = new ArrayList<>();
        try (InputStream in = url.openStream()) {
            for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                String name = property.path("name").asString("");
                if (name.startsWith(ROOT)) {
                    JsonNode value = property.path("defaultValue");
                    found.add(new Setting(name, property.path("type").asString(""), value.isMissingNode()
                            ? null
                            : value.isArray()
                                    ? String.join(",", value.valueStream().map(JsonNode::asString).toList())
                                    : value.asString().replaceAll("^\\[|\\]$", "").replace(", ", ","),
                            property.path("description").asString(null)));
                }
            }
        }
        found.sort(Comparator.comparing(Setting::name));
        return found;
    }

    List<Setting> settings() {
        return settings;
    }

    /** Whether a key of a file or of the command line is a setting. */
    boolean knows(ConfigurationPropertyName name) {
        return matches(patterns, loose(name));
    }

    /** Whether an environment variable's key is a setting: there, dots, dashes and indexes all look alike. */
    boolean knowsFromEnvironment(ConfigurationPropertyName name) {
        return matches(environmentPatterns, loose(name).replaceAll("[.\\[\\]]", ""));
    }

    /** Whether the key lies in one of the trees that have settings, {@code revproc.listener} and so on. */
    boolean inKnownTree(ConfigurationPropertyName name) {
        String tree = name.chop(Math.min(2, name.getNumberOfElements())).toString() + ".";
        return name.getNumberOfElements() > 2 && settings.stream().anyMatch(setting -> setting.name().startsWith(tree));
    }

    /** The setting that was probably meant; null if none is near. */
    @Nullable
    String nearest(ConfigurationPropertyName name) {
        String wanted = name.toString();
        return EditDistance.closest(wanted, settings.stream().map(Setting::name).toList(),
                Math.max(2, wanted.length() / 5));
    }

    private void add(String name, String type) {
        Matcher nested = VALUE_TYPE.matcher(type);
        String quoted = Pattern.quote(loose(name));
        String flat = Pattern.quote(loose(name).replace(".", ""));
        if (nested.matches()) {
            boolean map = "Map".equals(nested.group(1));
            for (String part : parts(nested.group(2))) {
                patterns.add(Pattern.compile(quoted + (map ? "\\..+\\." : "\\[\\d+\\]\\.") + part));
                environmentPatterns.add(
                        Pattern.compile(flat + (map ? ".+" : "\\d+")
                                + part.replace("\\.", "").replace("(\\[\\d+\\])?", "\\d*")));
            }
            // An enum or a type that is read from one string has no parts.
            patterns.add(Pattern.compile(quoted + "(\\[\\d+\\])?"));
            environmentPatterns.add(Pattern.compile(flat + "\\d*"));
        } else if (type.startsWith("java.util.Map")) {
            patterns.add(Pattern.compile(quoted + "\\..+"));
            environmentPatterns.add(Pattern.compile(flat + ".+"));
        } else {
            patterns.add(Pattern.compile(quoted + "(\\[\\d+\\])?"));
            environmentPatterns.add(Pattern.compile(flat + "\\d*"));
        }
    }

    private static List<String> parts(String type) {
        List<String> parts = new ArrayList<>();
        try {
            RecordComponent[] components = Class.forName(type).getRecordComponents();
            if (components != null) {
                for (RecordComponent component : components) {
                    String name = component.getName().toLowerCase(Locale.ROOT);
                    if (component.getType().isRecord()) {
                        parts(component.getType().getName()).forEach(part -> parts.add(name + "\\." + part));
                    } else {
                        parts.add(name + "(\\[\\d+\\])?");
                    }
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return parts;
    }

    private static boolean matches(List<Pattern> patterns, String key) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }

    /** Lower case without dashes and underscores, which may be written or not. */
    private static String loose(ConfigurationPropertyName name) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.ORIGINAL);
            boolean index = name.isNumericIndex(i);
            key.append(index || i == 0 ? "" : ".").append(index ? "[" + element + "]" : loose(element));
        }
        return key.toString();
    }

    private static String loose(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }
}
