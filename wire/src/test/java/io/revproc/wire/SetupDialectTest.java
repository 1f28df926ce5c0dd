package io.revproc.wire;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class SetupDialectTest {
    @Test
    void bothSpellingsOfThePolicyAreThereAndNumbersAreAsConfigured() {
        Message.Setup setup = Message.Setup.part1(Ident.of(1), Ident.of("PP_1"), 9001);
        assertThat(text(SetupDialect.NUMBERS, setup)).isEqualTo(
                "{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"privPoliId\": \"PP_1\", \"listenport\": 9001}");
        assertThat(text(SetupDialect.STRING_TYPE, setup)).startsWith("{\"type\": \"1\", \"id\": 1, ")
                .endsWith(": 9001}");
        assertThat(text(SetupDialect.STRINGS, setup)).startsWith("{\"type\": \"1\", \"id\": \"1\", ")
                .endsWith(": \"9001\"}");
    }

    @ParameterizedTest
    @EnumSource
    void ourOwnProxyTakesEveryDialect(SetupDialect dialect) throws WireException {
        Message.Setup setup = Message.Setup.part1(Ident.of("a\"b é"), Ident.of(999), 65535);
        byte[] bytes = dialect.write(setup);
        assertThat(MessageCodec.read(bytes, 0, bytes.length)).isEqualTo(setup);
    }

    private static String text(SetupDialect dialect, Message.Setup setup) {
        return new String(dialect.write(setup), StandardCharsets.UTF_8);
    }
}
