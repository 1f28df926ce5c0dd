package io.revproc.wire;

import java.nio.charset.StandardCharsets;

/** Fuzz target: the input is the inside of a setup message; what the codec takes is within all bounds. */
public final class SetupFuzz {
    private static final byte[] HEAD = "{\"type\": 1, ".getBytes(StandardCharsets.US_ASCII);

    private SetupFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] bytes = new byte[HEAD.length + input.length + 1];
        System.arraycopy(HEAD, 0, bytes, 0, HEAD.length);
        System.arraycopy(input, 0, bytes, HEAD.length, input.length);
        bytes[bytes.length - 1] = '}';
        try {
            if (MessageCodec.read(bytes, 0, bytes.length) instanceof Message.Setup setup) {
                FramerFuzz.check(setup.listenPort() >= 1 && setup.listenPort() <= 65535, "port");
                FramerFuzz.check(bounded(setup.policy()) && bounded(setup.id()), "ident");
                FramerFuzz.check(JacksonOracle.read(bytes, 0, bytes.length).end() == bytes.length,
                        "Jackson ends the setup elsewhere");
            }
        } catch (WireException refused) {
            FramerFuzz.check(refused.code() == ErrorCode.BAD_MESSAGE, "code");
        }
    }

    private static boolean bounded(Ident ident) {
        return !ident.text().isEmpty() && ident.text().codePointCount(0, ident.text().length()) <= Ident.MAX_LENGTH;
    }
}
