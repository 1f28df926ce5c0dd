package io.revproc.wire;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The quick look at a key finds the keys of nearly every message, and takes no other key for one of them. */
class KnownKeysTest {
    private static final Set<Field> QUICK = EnumSet.of(Field.TYPE, Field.SRC_ID, Field.DEST_ID, Field.MSG_ID,
            Field.PAYLOAD, Field.PAYLOAD_SIZE, Field.PRIV_POLI_ID);
    private final byte[] folded = new byte[Field.MAX_NAME_LENGTH];

    @ParameterizedTest
    @EnumSource(Field.class)
    void keyIsFoundWithItsLengthOrLeftToTheScanner(Field field) {
        assertThat(look(field.key)).isEqualTo(QUICK.contains(field) ? field.ordinal() << 8 | field.key.length() : 0);
    }

    @ParameterizedTest
    @EnumSource(Field.class)
    void keyThatDiffersInOneLetterIsNotFound(Field field) {
        for (int i = 0; i < field.key.length(); i++) {
            char[] other = field.key.toCharArray();
            other[i] = (char) (other[i] ^ 1);
            assertThat(look(new String(other))).as(new String(other)).isZero();
        }
        assertThat(look(field.key + "x")).isZero();
    }

    private static int look(String key) {
        byte[] bytes = CodecText.utf8("{\"" + key + "\": " + "9".repeat(KnownKeys.REACH));
        return KnownKeys.at(bytes, 2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', nullValues = "-", textBlock = """
            type                       | TYPE
            TYPE                       | TYPE
            \\u0054ype                 | TYPE
            ty\u212ape                 | -
            ſrcid                      | SRC_ID
            \\u017frcid                 | SRC_ID
            type\\u0000x                | TYPE
            type1                      | -
            ty[e                       | -
            ty{e                       | -
            ty@e                       | -
            ty`e                       | -
            aaaaaaaaaaaaaaaaaaaaaaaaaaa | -
            """)
    void lettersFoldAsSomeParsersFoldThem(String key, @Nullable Field expected) {
        byte[] bytes = CodecText.utf8(key);
        assertThat(KnownKeys.folded(bytes, 0, bytes.length, folded)).isEqualTo(expected);
    }
}
