package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference of all settings, from what the compiler found on the properties records and what these say. */
final class ConfigurationPage {
    private static final Pattern NESTED = Pattern.compile("java\\.util\\.(List|Map)<(?:.*,)?(io\\.revproc[^<>]+)>");

    private static final String HEADER = "\n| setting | kind | default | what it does |\n|---|---|---|---|\n";

    /** One row. */
    record Setting(String name, String kind, @Nullable String defaultValue, String description) {}

    private final Path sources;
    private final List<Setting> settings = new ArrayList<>();

    private ConfigurationPage(Path sources) {
        this.sources = sources;
    }

    /** The settings of a program, by name. */
    static List<Setting> settings(Path home, String module) throws IOException {
        ConfigurationPage page = new ConfigurationPage(home.resolve(module).resolve("src/main/java"));
        Path metadata = home.resolve(module).resolve("target/classes/META-INF/spring-configuration-metadata.json");
        for (JsonNode property : JsonMapper.shared().readTree(Files.readString(metadata)).path("properties")) {
            // what is gone is listed there as well, for the sentence about it
            if (property.path("deprecation").isMissingNode()) {
                page.add(property);
            }
        }
        page.settings.sort((a, b) -> a.name().compareTo(b.name()));
        return page.settings;
    }

    /** The names of those that are for every day. */
    static List<String> everyday(Path home, String module) throws IOException {
        return Files.readAllLines(home.resolve(module).resolve("src/main/resources/META-INF/everyday-settings.txt"))
                .stream().filter(line -> !line.startsWith("#")).toList();
    }

    /** The settings as tables: those for every day in one, then one for each tree. */
    static String markdown(List<Setting> settings, List<String> everyday) {
        Map<Boolean, List<Setting>> parts = settings.stream()
                .collect(Collectors.partitioningBy(setting -> everyday.contains(setting.name())));
        StringBuilder text = new StringBuilder("\n### Every day\n").append(HEADER);
        parts.getOrDefault(true, List.of()).forEach(setting -> text.append(row(setting)));
        text.append("\n### Advanced\nMost installations keep the defaults of these settings.\n");
        String tree = "";
        for (Setting setting : parts.getOrDefault(false, List.of())) {
            String mine = tree(setting.name());
            if (!mine.equals(tree)) {
                tree = mine;
                text.append("\n#### `").append(tree).append("`\n").append(HEADER);
            }
            text.append(row(setting));
        }
        return text.toString();
    }

    private static String row(Setting setting) {
        return "| `%s` | %s | %s | %s |\n".formatted(setting.name(), setting.kind(),
                setting.defaultValue() == null || setting.defaultValue().isEmpty()
                        ? "none"
                        : "`" + setting.defaultValue() + "`",
                setting.description().replace("|", "\\|"));
    }

    private static String tree(String name) {
        String[] parts = name.split("[.\\[]");
        return parts.length < 3 ? parts[0] : parts[0] + "." + parts[1];
    }

    private void add(JsonNode property) throws IOException {
        String name = property.path("name").asString();
        String type = property.path("type").asString();
        String owner = property.path("sourceType").asString("");
        RecordSource.Component component = owner.isEmpty()
                ? null
                : RecordSource.read(sources, owner).stream().filter(one -> name.endsWith("." + one.name())).findAny()
                        .orElse(null);
        Matcher nested = NESTED.matcher(type);
        if (nested.matches()) {
            String element = nested.group(2);
            String prefix = name + (nested.group(1).equals("Map") ? "[NAME]" : "[0]");
            if (addAll(prefix, element)) {
                return;
            }
        }
        JsonNode value = property.path("defaultValue");
        settings.add(new Setting(name, kind(type, component == null ? "" : component.bounds()),
                value.isMissingNode()
                        ? null
                        : value.isArray()
                                ? String.join(",", value.valueStream().map(JsonNode::asString).toList())
                                : value.asString().replaceAll("^\\[|\\]$", "").replace(", ", ","),
                sentence(property.path("description").asString(""))));
    }

    /** The parts of a list's or map's elements; false if these are written as one value. */
    private boolean addAll(String prefix, String element) throws IOException {
        List<RecordSource.Component> components = RecordSource.read(sources, element);
        if (components.isEmpty() || components.stream().allMatch(part -> part.description().isEmpty())) {
            return false;
        }
        for (RecordSource.Component part : components) {
            String qualified = element.replaceFirst("[^.$]+$", "") + part.type();
            String name = prefix + "." + part.name();
            String imported = Files.readString(RecordSource.file(sources, element));
            Matcher where = Pattern.compile("import (io\\.revproc[\\w.]+\\." + Pattern.quote(part.type()) + ");")
                    .matcher(imported);
            String type = where.find() ? where.group(1) : qualified;
            if (!type.matches("io\\.revproc\\.[\\w.$]+") || !Files.exists(RecordSource.file(sources, type))
                    || !addAll(name, type)) {
                settings.add(new Setting(name, kind(type, part.bounds()), part.defaultValue(),
                        sentence(part.description())));
            }
        }
        return true;
    }

    private String kind(String type, String bounds) throws IOException {
        String simple = type.replaceAll("<.*", "").replaceAll(".*[.$]", "");
        List<String> constants = type.startsWith("io.revproc") ? RecordSource.constants(sources, type) : List.of();
        String kind = !constants.isEmpty() ? String.join(", ", constants) : switch (simple) {
            case "Duration" -> "time";
            case "DataSize" -> "size";
            case "Integer", "int", "Long", "long" -> "number";
            case "Double", "double" -> "number with fractions";
            case "Boolean", "boolean" -> "`true` or `false`";
            case "List", "Set" -> "list";
            case "Map" -> "names and values";
            case "URI" -> "address";
            case "InetAddress" -> "IP address";
            default -> "text";
        };
        return bounds.isEmpty() ? kind : kind + "; " + bounds;
    }

    /** Javadoc as Markdown, with a capital and a full stop. */
    private static String sentence(String javadoc) {
        String text = javadoc.replaceAll("\\{@code ([^}]*)}", "`$1`").replaceAll("\\{@link #?([^}]*)}", "`$1`")
                .replaceAll("<[^>]*>", "").replaceAll("\\s+", " ").strip();
        return text.isEmpty()
                ? ""
                : Character.toUpperCase(text.charAt(0)) + text.substring(1)
                        + (text.matches(".*[.:?]$") ? "" : ".");
    }
}
