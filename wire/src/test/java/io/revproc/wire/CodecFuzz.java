package io.revproc.wire;

import java.util.Arrays;

/** Fuzz target: the codec refuses or reads; what it has read it writes, and reads that as the same. */
public final class CodecFuzz {
    private CodecFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Message message;
        try {
            message = MessageCodec.read(input, 0, input.length);
        } catch (WireException refused) {
            FramerFuzz.check(refused.getMessage() != null && refused.getMessage().length() < 1000,
                    "a refusal is one sentence");
            return;
        }
        byte[] written = MessageCodec.write(message);
        try {
            Message again = MessageCodec.read(written, 0, written.length);
            FramerFuzz.check(Arrays.equals(MessageCodec.write(again), written), "read again it is another message");
        } catch (WireException e) {
            throw new IllegalStateException("what was written can't be read", e);
        }
    }
}
