package io.revproc.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;

/**
 * The settings of {@code values.yaml} with what their comments say. A comment that starts with {@code # --} belongs to the key
 * below it; the key's whole value is one setting then, whatever is in it.
 */
final class ValuesReference {
    private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):.*");
    private static final Pattern COMMENT = Pattern.compile("^ *# -- (.*)");

    /** A setting: its path with dots, its default as JSON, what it does. */
    record Setting(String path, String defaultValue, String description) {}

    private ValuesReference() {}

    static List<Setting> of(String yaml) {
        JsonNode tree = Yaml.tree(yaml);
        Map<Integer, String> parents = new LinkedHashMap<>();
        List<Setting> settings = new ArrayList<>();
        String description = "";
        for (String line : yaml.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            Matcher key = KEY.matcher(line);
            if (comment.matches()) {
                description = comment.group(1);
            } else if (key.matches()) {
                int indent = key.group(1).length();
                parents.keySet().removeIf(deeper -> deeper >= indent);
                parents.put(indent, key.group(2));
                String path = String.join(".", parents.values());
                if (!description.isEmpty()) {
                    settings.add(new Setting(path, tree.at("/" + path.replace('.', '/')).toString(), description));
                }
                description = "";
            }
        }
        return settings;
    }

    /** The leaves of the tree: every path that is not an object with entries. */
    static List<String> leaves(String yaml) {
        List<String> leaves = new ArrayList<>();
        leaves("", Yaml.tree(yaml), leaves);
        return leaves;
    }

    private static void leaves(String path, JsonNode node, List<String> leaves) {
        if (node.isObject() && !node.isEmpty()) {
            node.properties().forEach(
                    entry -> leaves(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(),
                            leaves));
        } else {
            leaves.add(path);
        }
    }

    /** The tables of the README, one for each part of the values. */
    static String markdown(List<Setting> settings) {
        StringBuilder text = new StringBuilder();
        String part = "-";
        for (Setting setting : settings) {
            int dot = setting.path().indexOf('.');
            String newPart = dot < 0 ? "" : setting.path().substring(0, dot);
            if (!newPart.equals(part)) {
                part = newPart;
                text.append(part.isEmpty() ? "\n" : "\n### " + part + "\n\n")
                        .append("| setting | default | what it does |\n|---|---|---|\n");
            }
            text.append("| `%s` | `%s` | %s |\n".formatted(setting.path(), setting.defaultValue().replace("|", "\\|"),
                    setting.description().replace("|", "\\|")));
        }
        return text.toString();
    }
}
