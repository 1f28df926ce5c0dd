package io.revproc.wire;

import java.nio.charset.StandardCharsets;

/**
 * How a Part 1 setup is spelt. Old proxies differ: some compare {@code type} with a number, some with a string, some look for
 * {@code privPolyId}, some for {@code privPoliId}, and some end over a key that they miss. So both keys are always there.
 */
public enum SetupDialect {
    /** As in the seed: {@code "type": 1}, {@code "id": 1}, {@code "listenport": 9001}. */
    NUMBERS(false, false),
    /** {@code "type": "1"}, the rest as in the seed. */
    STRING_TYPE(true, false),
    /** Every value is a string. */
    STRINGS(true, true);

    private final boolean typeQuoted;
    private final boolean allQuoted;

    SetupDialect(boolean typeQuoted, boolean allQuoted) {
        this.typeQuoted = typeQuoted;
        this.allQuoted = allQuoted;
    }

    /** Returns the setup's Part 1 fields as UTF-8 JSON without a line break. */
    public byte[] write(Message.Setup setup) {
        String policy = json(setup.policy());
        return ("{\"type\": " + (typeQuoted ? "\"1\"" : "1") + ", \"id\": " + json(setup.id()) + ", \"privPolyId\": "
                + policy
                + ", \"privPoliId\": " + policy + ", \"listenport\": "
                + json(Ident.of(setup.listenPort())) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private String json(Ident ident) {
        return ident.quoted() || allQuoted
                ? '"' + ident.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : ident.text();
    }
}
