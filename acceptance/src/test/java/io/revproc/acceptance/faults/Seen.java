package io.revproc.acceptance.faults;

import java.io.InputStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A message as any JSON parser reads it: by Jackson, not by the code under test. Strings are empty where the key is missing.
 *
 * @param msgId  as text
 * @param srcId  as JSON, so that it can be repeated
 * @param policy what the last of its policy keys says
 * @param keys   how many policy keys there are at the top level
 */
record Seen(int type, String msgId, String srcId, String policy, int keys, String payload, String code, String lease,
        String status) {
    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    static JsonParser parser(InputStream in) {
        return FACTORY.createParser(ObjectReadContext.empty(), in);
    }

    /** The next one of the stream; null at its end. Throws JacksonException where the stream breaks or is no JSON. */
    static @Nullable Seen next(JsonParser parser) {
        JsonToken token = parser.nextToken();
        if (token == null) {
            return null;
        }
        if (token != JsonToken.START_OBJECT) {
            throw new IllegalStateException("not an object: " + token);
        }
        int type = -2;
        String msgId = "";
        String srcId = "";
        String policy = "";
        int keys = 0;
        String payload = "";
        String code = "";
        String lease = "";
        String status = "";
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "type" -> type = Integer.parseInt(parser.getString());
                case "msgId" -> msgId = parser.getString();
                case "srcid" -> srcId = value == JsonToken.VALUE_STRING
                        ? '"' + parser.getString() + '"'
                        : parser.getString();
                case "privPoliId" -> {
                    policy = parser.getString();
                    keys++;
                }
                case "payload" -> payload = parser.getString();
                case "code" -> code = parser.getString();
                case "lease" -> lease = parser.getString();
                case "Status" -> status = parser.getString();
                default -> parser.skipChildren();
            }
        }
        return new Seen(type, msgId, srcId, policy, keys, payload, code, lease, status);
    }
}
