package io.revproc.spring;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.revproc.client.Reply;
import io.revproc.client.RevprocClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RevprocTemplateTest {
    record Order(String item, int count) {}

    private static final RevprocClient CLIENT = RevprocClient.builder().build();
    private static final RevprocTemplate TEMPLATE = new RevprocTemplate(CLIENT, JsonMapper.shared());

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    /** Only the client makes replies. */
    private static Reply reply(String payload) throws ReflectiveOperationException {
        Constructor<Reply> made = Reply.class.getDeclaredConstructor(byte[].class, String.class, String.class);
        made.setAccessible(true);
        return made.newInstance(payload.getBytes(UTF_8), "s", null);
    }

    @Test
    void aReplyIsReadAsTheWantedType() throws Exception {
        assertThat(TEMPLATE.read(reply("{\"item\":\"x\",\"count\":2}"), Order.class)).isEqualTo(new Order("x", 2));
        assertThat(TEMPLATE.read(reply("null"), String.class)).isEqualTo("null");
        assertThat(TEMPLATE.read(reply("ü"), byte[].class)).isEqualTo("ü".getBytes(UTF_8));
        assertThat(TEMPLATE.read(reply("7"), int.class)).isEqualTo(7);
    }

    /** A server answers what it wants: never null, and never its words in an error. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"`` | ``", "null | : it is null",
            "secret | (line 1, column",
            "{\"item\":{\"secret\":1}} | (line 1, column", "[] | (line 1, column",
            "{\"count\":\"secret\"} | (line 1, column",
            "{\"item\":\"x\",\"count\":1} secret | (line 1, column", "DEEP | ``"})
    void aReplyThatIsOfAnotherTypeIsSaid(String payload, String where) throws Exception {
        Reply reply = reply(payload.equals("DEEP") ? "[".repeat(5_000) : payload);
        assertThatExceptionOfType(ReplyConversionException.class).isThrownBy(() -> TEMPLATE.read(reply, Order.class))
                .withMessageStartingWith("the reply can't be read as " + Order.class.getName())
                .withMessageContaining(where)
                .satisfies(failure -> assertThat(failure).hasMessageNotContaining("secret").hasNoCause());
    }

    static class Failing {
        public @Nullable String getItem() {
            throw new IllegalStateException("of its own");
        }
    }

    @Test
    void aPayloadThatCannotBeWrittenIsNotSent() {
        List<Object> endless = new ArrayList<>();
        endless.add(Map.of("again", endless));
        assertThatIllegalArgumentException().isThrownBy(() -> TEMPLATE.send("P", endless, Order.class))
                .withMessageStartingWith("a java.util.ArrayList can't be written as JSON");
        assertThatIllegalArgumentException().isThrownBy(() -> TEMPLATE.sendAsync("P", new Failing(), Order.class))
                .withMessageStartingWith("a " + Failing.class.getName() + " can't be written as JSON");
    }
}
