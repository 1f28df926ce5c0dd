package io.revproc.e2e;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/** What the tests know of the protocol: by Jackson and the JDK, not by the code under test. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }

    /** The objects of a stream, one after the other. */
    static MappingIterator<JsonNode> stream(InputStream in) {
        return MAPPER.readerFor(JsonNode.class).readValues(in);
    }

    static String data(Object client, Object policy, String payload) {
        return "{\"type\": 0, \"srcid\": " + value(client) + ", \"privPoliId\": " + value(policy)
                + ", \"payloadsize\": " + payload.length() + ", \"payload\": \"" + payload + "\"}";
    }

    /** A data message with more keys in front, such as {@code "msgId": 7}. */
    static String data(String more, Object client, Object policy, String payload) {
        return "{" + more + ", " + data(client, policy, payload).substring(1);
    }

    static String ack(int server, Object client, String payload) {
        return "{\"type\": 2, \"srcid\": " + server + ", \"destid\": " + value(client)
                + ", \"payloadsize\": 40, \"payload\": \"" + sha1(payload) + "\"}";
    }

    static String value(Object value) {
        return value instanceof String ? "\"" + value + "\"" : value.toString();
    }

    static String sha1(String payload) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(payload.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
