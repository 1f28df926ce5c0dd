package io.revproc.chart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** YAML (and JSON, which is YAML) read strictly: no key twice, no key that the target does not know. */
final class Yaml {
    static final YAMLMapper MAPPER = YAMLMapper
            .builder(YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .annotationIntrospector(new NoAnySetters())
            .build();

    private Yaml() {}

    static JsonNode tree(String text) {
        return MAPPER.readTree(text);
    }

    /** Values with others over them, maps deep, as Helm takes several files; as JSON, which is YAML. */
    static String merged(String values, String over) {
        return merged(tree(values), tree(over)).toString();
    }

    private static JsonNode merged(JsonNode values, JsonNode over) {
        if (!(values instanceof ObjectNode map) || !over.isObject()) {
            return over;
        }
        over.forEachEntry((name, value) -> map.set(name, map.has(name) ? merged(map.path(name), value) : value));
        return map;
    }

    /** With {@code <<: *anchor} filled in, as Compose does it: what is in the mapping itself wins. */
    static JsonNode withMergeKeys(String text) {
        LoadSettings settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
        return MAPPER.valueToTree(merged(new Load(settings).loadFromString(text)));
    }

    private static @Nullable Object merged(@Nullable Object node) {
        if (node instanceof List<?> list) {
            return list.stream().map(Yaml::merged).toList();
        }
        if (!(node instanceof Map<?, ?> map)) {
            return node;
        }
        Map<Object, @Nullable Object> result = new LinkedHashMap<>();
        if (merged(map.get("<<")) instanceof Map<?, ?> base) {
            result.putAll(base);
        }
        map.forEach((key, value) -> {
            if (!"<<".equals(key)) {
                result.put(key, merged(value));
            }
        });
        return result;
    }

    static List<JsonNode> documents(String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            return MAPPER.readerFor(JsonNode.class)
                    .<JsonNode>readValues(parser)
                    .readAll()
                    .stream()
                    .filter(JsonNode::isObject)
                    .toList();
        }
    }

    /** The Kubernetes model keeps unknown fields in a map of "additional properties"; here they are an error. */
    private static final class NoAnySetters extends JacksonAnnotationIntrospector {
        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
            return false;
        }
    }
}
