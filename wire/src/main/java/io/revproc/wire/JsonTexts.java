package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads a field that is a list of strings. Only setups and their answers have such; the data path never comes here. */
final class JsonTexts {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonTexts() {}

    /** Returns whether these bytes, a JSON array or object, are a list of strings within the bounds of {@link Field}. */
    static boolean fit(byte[] in, int from, int to, int min, int max) {
        List<String> texts = read(in, from, to);
        return texts != null && !texts.isEmpty() && texts.size() <= Field.MAX_TEXTS
                && texts.stream().allMatch(text -> fits(text, min, max));
    }

    private static boolean fits(String text, int min, int max) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return bytes >= min && bytes <= max && text.chars().noneMatch(Character::isISOControl);
    }

    /** Returns the strings of a list; null if it holds anything else, or more than {@link Field#MAX_TEXTS}. */
    static @Nullable List<String> read(byte[] in, int from, int to) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return null;
            }
            List<String> texts = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_STRING || texts.size() == Field.MAX_TEXTS) {
                    return null;
                }
                texts.add(parser.getString());
            }
            return texts;
        } catch (JacksonException e) {
            return null;
        }
    }
}
