package io.revproc.chart;

import java.util.List;
import java.util.Map;

import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
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

    static Map<String, Object> map(String text) {
        return MAPPER.readValue(text, new TypeReference<>() {
        });
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
