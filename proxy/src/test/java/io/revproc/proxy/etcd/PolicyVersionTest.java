package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PolicyVersionTest {
    private static @Nullable PolicyVersion version(@Nullable String text) {
        return text == null
                ? null
                : new PolicyVersion(Long.parseLong(text.substring(0, 1)), text, "olga", Instant.EPOCH, "00");
    }

    /** In force here, in etcd: a number, and a letter for two that have the same number. */
    @ParameterizedTest
    @CsvSource({",,NONE", "3a,,GONE", ",1a,NEWER", "3a,4a,NEWER", "3a,9a,NEWER", "3a,3a,SAME", "3a,2a,OLDER",
            "3a,3b,OLDER"})
    void nothingIsTakenOverThatIsNotNewer(@Nullable String inForce, @Nullable String found,
            PolicyVersion.Meaning meaning) {
        assertThat(PolicyVersion.meaning(version(inForce), version(found))).isEqualTo(meaning);
    }

    @Test
    void whatIsWrittenIsReadAndWhatIsNoneIsSaid() {
        PolicyCodec codec = new PolicyCodec();
        PolicyVersion current = new PolicyVersion(2, "dpo", "olga", Instant.EPOCH, "ab");
        PolicyCodec.Head head = new PolicyCodec.Head(current,
                List.of(new PolicyVersion(1, "dpo", "olga", Instant.EPOCH, "cd")));
        assertThat(codec.head(codec.bytes(head))).isEqualTo(head);
        byte[] text = "grants: []\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
        assertThat(PolicyCodec.text(PolicyCodec.compressed(text))).isEqualTo(text);
        assertThatThrownBy(() -> codec.head("{}".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("etcd's key of the policies' version can't be read");
        assertThatThrownBy(() -> PolicyCodec.text(null)).hasMessage("etcd has no text of this version");
        assertThatThrownBy(() -> PolicyCodec.text(new byte[]{1, 2})).hasMessage("its text can't be read");
        assertThatThrownBy(() -> PolicyCodec.text(PolicyCodec.compressed(new byte[PolicyCodec.MAX_TEXT + 1])))
                .hasMessage("its text has more than 16 MB");
    }
}
