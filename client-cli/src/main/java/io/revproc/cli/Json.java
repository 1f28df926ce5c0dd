package io.revproc.cli;

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
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as maps, lists, strings, numbers, booleans and null. Uses only Jackson's streaming part: the data binding costs more
 * time to load than a whole command takes.
 */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** @throws tools.jackson.core.JacksonException if it is not JSON */
    static @Nullable Object read(byte[] bytes, int from, int to) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "there is something behind it");
            }
            return value;
        }
    }

    /** The object, or an empty one if it is something else. */
    static Map<String, @Nullable Object> object(@Nullable Object value) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> copy.put(String.valueOf(key), element));
        }
        return copy;
    }

    /** The array, or an empty one if it is something else. */
    static List<@Nullable Object> array(@Nullable Object value) {
        return value instanceof List<?> list ? new ArrayList<>(list) : List.of();
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
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** One beyond the range of a double is refused, as in a message: it would be infinite, which JSON can't say. */
    private static Number number(JsonParser parser) {
        Number number = parser.getNumberValue();
        if (number instanceof Double && !Double.isFinite(number.doubleValue())) {
            throw new StreamReadException(parser, "a number is beyond the range of a double");
        }
        return number;
    }

    /**
     * In one line. Values as {@link #read} gives them; whatever else as its text. Characters that deceive who reads them on a terminal
     * are escaped, which is the same JSON.
     */
    static String write(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(generator, value);
        }
        return escaped(text.toString());
    }

    private static String escaped(String json) {
        if (json.chars().allMatch(c -> c < 0x7f)) {
            return json;
        }
        StringBuilder safe = new StringBuilder(json.length());
        json.codePoints().forEach(c -> {
            if (c < 0x7f || !Style.deceives(c)) {
                safe.appendCodePoint(c);
            } else {
                Character.toString(c).chars().forEach(unit -> safe.append("\\u")
                        .append(Integer.toHexString(unit | 0x10000).substring(1)));
            }
        });
        return safe.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            map.forEach((key, element) -> {
                generator.writeName(String.valueOf(key));
                write(generator, element);
            });
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            generator.writeStartArray();
            list.forEach(element -> write(generator, element));
            generator.writeEndArray();
        } else if (value instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.toString());
        } else {
            generator.writeString(value.toString());
        }
    }
}
