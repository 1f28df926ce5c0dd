package io.revproc.record;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** JSON as maps, lists, strings, numbers, booleans and null, by Jackson's streaming part alone. */
final class Json {
    /** What is said twice could be read as one by us and as the other by somebody else. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {}

    /**
     * All values of the text, which may be one document or one a line.
     *
     * @throws tools.jackson.core.JacksonException if it is not JSON
     */
    static List<@Nullable Object> readAll(String text) {
        List<@Nullable Object> values = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            while (parser.nextToken() != null) {
                values.add(value(parser));
            }
        }
        return values;
    }

    private static @Nullable Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token == null ? JsonToken.VALUE_NULL : token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** @throws IllegalArgumentException if an object has no text of this name */
    static String text(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("it has no " + name);
    }

    /** @throws IllegalArgumentException if an object has no whole number of 64 bits of this name */
    static long number(Map<?, ?> fields, String name) {
        return switch (fields.get(name)) {
            case Integer number -> number;
            case Long number -> number;
            case Number number -> throw new IllegalArgumentException("its " + name + " is not a whole number");
            case null, default -> throw new IllegalArgumentException("it has no " + name);
        };
    }

    /** An object of strings and numbers, in one line. */
    static String write(Map<String, ?> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            fields.forEach((name, value) -> {
                generator.writeName(name);
                if (value instanceof Number number) {
                    generator.writeNumber(number.longValue());
                } else {
                    generator.writeString(String.valueOf(value));
                }
            });
            generator.writeEndObject();
        }
        return text.toString();
    }
}
