package io.revproc.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** README, values and schema say the same. {@code -Dchart.readme=write} writes the README's tables anew. */
class ReadmeTest {
    private static final String BEGIN = "<!-- settings: written from values.yaml, do not edit -->";
    private static final String END = "<!-- end of settings -->";
    private static final Path README = Project.CHART.resolve("README.md");
    private static final String VALUES = Project.read(Project.CHART.resolve("values.yaml"));

    @Test
    void theReadmesTablesAreThoseOfTheValues() throws IOException {
        String readme = Project.read(README);
        String expected = readme.substring(0, readme.indexOf(BEGIN) + BEGIN.length()) + "\n"
                + ValuesReference.markdown(ValuesReference.of(VALUES)) + "\n" + readme.substring(readme.indexOf(END));
        if ("write".equals(System.getProperty("chart.readme"))) {
            Files.writeString(README, expected);
        }

        assertThat(Project.read(README)).as("run: mvn -pl helm test -Dtest=ReadmeTest -Dchart.readme=write "
                + "-Dsurefire.failIfNoSpecifiedTests=false").isEqualTo(expected);
    }

    @Test
    void everySettingHasAComment() {
        List<String> explained = ValuesReference.of(VALUES).stream().map(ValuesReference.Setting::path).toList();

        assertThat(ValuesReference.leaves(VALUES)).allSatisfy(leaf -> assertThat(explained)
                .anyMatch(path -> leaf.equals(path) || leaf.startsWith(path + ".")));
        assertThat(explained).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }

    @Test
    void theSchemaKnowsExactlyTheSettingsOfTheValues() {
        JsonNode schema = Yaml.tree(Project.read(Project.CHART.resolve("values.schema.json")));
        List<String> missing = new ArrayList<>();
        List<String> surplus = new ArrayList<>();
        compare("", Yaml.tree(VALUES), schema, schema, missing, surplus);

        assertThat(missing).as("in the values, not in the schema").isEmpty();
        assertThat(surplus).as("in the schema, not in the values").containsExactly("global");
    }

    /** Every object of the schema is closed, but for the ones that hold Kubernetes' or the proxy's own things. */
    @Test
    void theSchemaIsStrict() {
        JsonNode schema = Yaml.tree(Project.read(Project.CHART.resolve("values.schema.json")));
        List<String> open = new ArrayList<>();
        open("", schema, open);

        assertThat(open).containsExactlyInAnyOrder("/properties/proxy/properties/affinity",
                "/properties/proxy/properties/config", "/properties/proxy/properties/dataVolume",
                "/properties/registration/properties/extraGrants/items",
                "/properties/policyServerDefaults/properties/affinity", "/properties/global",
                "/definitions/policyServer/properties/affinity", "/definitions/named/items",
                "/definitions/keda/properties/triggers/items", "/properties/proxy/properties/service/properties/spec",
                "/definitions/env/items/properties/valueFrom",
                "/definitions/peer/properties/podSelector", "/definitions/peer/properties/namespaceSelector");
    }

    private static void compare(String path, JsonNode values, JsonNode schema, JsonNode root, List<String> missing,
            List<String> surplus) {
        JsonNode target = schema.has("$ref") ? root.at(schema.get("$ref").asString().substring(1)) : schema;
        JsonNode properties = target.path("properties");
        if (!values.isObject() || properties.isEmpty() || path.endsWith("resources")
                || path.endsWith("strategy")) {
            return;
        }
        values.properties().forEach(entry -> {
            String child = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            if (properties.has(entry.getKey())) {
                compare(child, entry.getValue(), properties.get(entry.getKey()), root, missing, surplus);
            } else {
                missing.add(child);
            }
        });
        properties.propertyNames().stream().filter(name -> !values.has(name)).forEach(
                name -> surplus.add(path.isEmpty() ? name : path + "." + name));
    }

    private static void open(String path, JsonNode node, List<String> open) {
        if (node.isObject()) {
            if (node.path("type").asString("").equals("object") && !node.has("additionalProperties")) {
                open.add(path);
            }
            node.properties().forEach(entry -> open(path + "/" + entry.getKey(), entry.getValue(), open));
        }
    }
}
