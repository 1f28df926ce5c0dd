package io.revproc.apicheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A description of an HTTP API by OpenAPI 3.1, as the judge of its answers. Stricter than the description says: an object has no fields but those
 * that are described, since a field that is not was forgotten. A path or method that is not described may only be refused, with a problem of RFC
 * 9457. Thread-safe.
 */
public final class ApiDescription {
    static final String EVENTS = "text/event-stream";
    private static final String PROBLEM = "application/problem+json";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private final JsonNode document;
    private final List<PathTemplate> templates;
    private final ObjectNode definitions;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    ApiDescription(JsonNode document) {
        this.document = document;
        this.templates = document.path("paths").propertyStream()
                .map(path -> new PathTemplate(path.getKey(), severalSegments(path.getValue())))
                .sorted(Comparator.naturalOrder()).toList();
        this.definitions = (ObjectNode) strict(document.at("/components/schemas"));
    }

    /** Reads a description in JSON. */
    public static ApiDescription read(Path file) {
        try {
            return new ApiDescription(JsonMapper.shared().readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what of an answer is not as described, in sentences; empty if all is. */
    List<String> faults(Answer answer) {
        List<String> faults = new ArrayList<>();
        String method = answer.method().equals("HEAD") ? "get" : answer.method().toLowerCase(Locale.ROOT);
        List<JsonNode> paths = paths(answer.path());
        JsonNode operation = operation(paths, method);
        if (answer.method().equals("OPTIONS") && !paths.isEmpty() && answer.status() < 300) {
            options(answer, paths, faults);
        } else if (operation.isMissingNode()) {
            if (answer.status() < 400) {
                faults.add("nothing is described there");
            } else {
                content(answer, document.at("/components/responses/Refused"), faults);
            }
        } else {
            JsonNode response = resolved(operation.path("responses").path("" + answer.status()));
            if (response.isMissingNode()) {
                faults.add("the status is not described; described are "
                        + operation.path("responses").propertyNames());
            } else {
                content(answer, response, faults);
                headers(answer, response, faults);
            }
        }
        return faults;
    }

    /** Returns what of an event of a stream is not as described. */
    List<String> eventFaults(String path, String data) {
        JsonNode schema = operation(paths(path), "get").path("responses").path("200").path("content").path(EVENTS)
                .path("schema");
        return schema.isMissingNode() ? List.of("no events are described there") : faults(schema, data);
    }

    /** Those that a request to this path may be meant for, the one that says most first. */
    private List<JsonNode> paths(String path) {
        return templates.stream().filter(each -> each.matches(path))
                .map(each -> document.path("paths").path(each.text())).toList();
    }

    private JsonNode operation(List<JsonNode> paths, String method) {
        return paths.stream().map(each -> each.path(method)).filter(JsonNode::isObject).findFirst()
                .orElse(document.path("none"));
    }

    private static boolean severalSegments(JsonNode path) {
        return path.valueStream().flatMap(operation -> operation.path("parameters").valueStream())
                .anyMatch(parameter -> parameter.path("x-several-segments").asBoolean(false));
    }

    private static void options(Answer answer, List<JsonNode> paths, List<String> faults) {
        Set<String> expected = new TreeSet<>(Set.of("OPTIONS"));
        paths.stream().flatMap(path -> path.propertyNames().stream()).filter(METHODS::contains)
                .forEach(each -> expected.add(each.toUpperCase(Locale.ROOT)));
        if (expected.contains("GET")) {
            expected.add("HEAD");
        }
        Set<String> said = new TreeSet<>(List.of(answer.headers().firstValue("Allow").orElse("").split(",\\s*")));
        if (!said.equals(expected)) {
            faults.add("Allow names " + said + ", described are " + expected);
        }
    }

    private void content(Answer answer, JsonNode response, List<String> faults) {
        JsonNode content = response.path("content");
        if (answer.method().equals("HEAD")) {
            return;
        }
        if (content.isEmpty()) {
            if (answer.body().length > 0) {
                faults.add("no body is described");
            }
            return;
        }
        JsonNode found = content.propertyStream().filter(each -> Answer.baseType(each.getKey()).equals(answer.type()))
                .map(Map.Entry::getValue).findFirst().orElse(null);
        if (found == null) {
            faults.add("the type '" + answer.type() + "' is not described; described are " + content.propertyNames());
        } else if (!answer.type().equals(EVENTS) && !answer.type().equals("application/octet-stream")) {
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            faults.addAll(faults(found.path("schema"), answer.type().endsWith("json")
                    ? body
                    : JsonMapper.shared().writeValueAsString(body)));
            if (answer.type().equals(PROBLEM) && !body.contains("\"status\":" + answer.status())) {
                faults.add("the problem states another status");
            }
        }
    }

    private void headers(Answer answer, JsonNode response, List<String> faults) {
        response.path("headers").propertyStream().forEach(header -> {
            if (header.getValue().path("required").asBoolean(false)
                    && answer.headers().firstValue(header.getKey()).isEmpty()) {
                faults.add("the header " + header.getKey() + " is not there");
            }
            boolean text = header.getValue().at("/schema/type").asString("string").equals("string");
            for (String value : answer.headers().allValues(header.getKey())) {
                faults(header.getValue().path("schema"), text ? JsonMapper.shared().writeValueAsString(value) : value)
                        .forEach(fault -> faults.add("the header " + header.getKey() + ": " + fault));
            }
        });
    }

    private List<String> faults(JsonNode schema, String json) {
        JsonNode value;
        try {
            value = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            return List.of("no JSON: " + e.getOriginalMessage());
        }
        return schemas.computeIfAbsent(schema, this::compiled)
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream().map(Object::toString).toList();
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.set("$defs", definitions);
        root.set("allOf", JsonNodeFactory.instance.arrayNode().add(strict(schema)));
        return registry.getSchema(root);
    }

    /** Refers to a response in one place and is written once; or is one. */
    private JsonNode resolved(JsonNode response) {
        String reference = response.path("$ref").asString("");
        return reference.isEmpty() ? response : document.at(reference.substring(1));
    }

    /** The same schema, with references as {@link #compiled} has them, and objects that have no other fields. */
    private static JsonNode strict(JsonNode schema) {
        if (schema instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(each -> copy.add(strict(each)));
            return copy;
        }
        if (!(schema instanceof ObjectNode object)) {
            return schema;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.forEachEntry((name, value) -> copy.set(name, name.equals("$ref")
                ? JsonNodeFactory.instance.stringNode(
                        value.asString().replace("#/components/schemas/", "#/$defs/"))
                : strict(value)));
        if (object.path("properties").isObject() && object.path("type").asString("").equals("object")
                && !object.has("additionalProperties")) {
            copy.put("additionalProperties", false);
        }
        return copy;
    }
}
