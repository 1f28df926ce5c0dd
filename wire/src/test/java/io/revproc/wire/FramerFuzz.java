package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Fuzz target: what the framer finds does not depend on how the bytes are cut, and is what Jackson reads. */
public final class FramerFuzz {
    private static final int LIMIT = 400;

    private FramerFuzz() {}

    /** The first byte says how the others are cut into reads. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int readSize = 1 + (input[0] & 0xff);
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        List<String> whole = FramedEvents.of(bytes, bytes.length, LIMIT);
        check(FramedEvents.of(bytes, readSize, LIMIT).equals(whole), "found something else in reads of " + readSize);
        check(FramedEvents.of(bytes, 1, LIMIT).equals(whole), "found something else byte by byte");
        for (String event : whole) {
            boolean message = event.startsWith("MESSAGE ");
            if (message || event.startsWith("BAD_MESSAGE ")) {
                byte[] found = event.substring(event.indexOf(' ') + 1).getBytes(StandardCharsets.ISO_8859_1);
                JacksonOracle oracle = JacksonOracle.read(found, 0, found.length);
                check(oracle.accepts() == message, "Jackson says otherwise");
                check(!message || oracle.end() == found.length, "Jackson ends the message elsewhere");
            }
        }
    }

    static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }
}
