package io.revproc.proxy.audit;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;

import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

class KeyedDigestTest {
    @Test
    void isWhatTheRfcSays() {
        // RFC 4231, test case 2
        byte[] message = "what do ya want for nothing?".getBytes(US_ASCII);

        assertThat(digest("Jefe".getBytes(US_ASCII), message, 0, message.length)).asHexString()
                .isEqualToIgnoringCase("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 32, 63, 64, 65, 200})
    void isWhatTheJdkSaysForEveryLengthOfAMessage(int keyLength) throws GeneralSecurityException {
        Random random = new Random(keyLength);
        SecretKey key = new SecretKeySpec(bytes(random, keyLength), "HmacSHA256");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        KeyedDigest digest = new KeyedDigest(key);
        byte[] found = new byte[Entry.Digest.LENGTH];
        for (int length = 0; length <= 260; length++) {
            byte[] message = bytes(random, length + 7);
            mac.update(message, 3, length);

            digest.digest(message, 3, 3 + length, found);

            assertThat(found).isEqualTo(mac.doFinal());
        }
    }

    private static byte[] digest(byte[] key, byte[] message, int from, int to) {
        byte[] found = new byte[40];
        new KeyedDigest(new SecretKeySpec(key, "HmacSHA256")).digest(message, from, to, found);
        return Arrays.copyOf(found, Entry.Digest.LENGTH);
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
