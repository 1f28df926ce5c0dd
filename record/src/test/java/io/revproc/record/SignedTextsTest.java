package io.revproc.record;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Signed JSON and receipts of the earlier form, which are signed the same way. */
class SignedTextsTest {
    private static final ChainReceipt RECEIPT = new ChainReceipt(7, 1, new Entry.Digest(new byte[32]), Instant.EPOCH,
            "PP_1", "1", "127.0.0.1:9001", 2, new Entry.Digest(Chain.sha256(new byte[]{'{', '}'}, 0, 2)));
    private static final String GOOD = RECEIPT.sign(Sample.KEY);
    private static final List<Consumer<String>> READERS = List.of(text -> SignedJson.verify(text, Sample.PUBLIC),
            text -> ChainReceipt.verify(text, Sample.PUBLIC));

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"`` | {}", "null | {}", "[] | {}", "7 | {}", "{} | {}",
            "{ | {}", "{\"alg\":\"none\"} | {}", "{\"alg\":null} | {}", "{\"alg\":7} | {}", "{\"alg\":\"HS256\"} | {}",
            "{\"alg\":\"EdDSA\"} | {}", "{\"alg\":\"EdDSA\",\"typ\":null} | {}", "{\"alg\":\"EdDSA\",\"typ\":7} | {}",
            "{\"alg\":\"EdDSA\",\"typ\":\"revproc-receipt+jws\"} | null",
            "{\"alg\":\"EdDSA\",\"typ\":\"revproc-receipt+jws\"} | ``",
            "{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false} | {}", "{\"alg\":\"EdDSA\",\"crit\":[]} | {}",
            "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"} | {}", "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\"}} | {}"})
    void headerAndBodyOfAnySortAreRefusedInASentence(String header, String body) {
        for (String signature : List.of("", "AA", GOOD.substring(GOOD.lastIndexOf('.') + 1), "?", "A".repeat(9000))) {
            for (Consumer<String> reader : READERS) {
                assertThatThrownBy(() -> reader.accept(part(header) + "." + part(body) + "." + signature))
                        .isExactlyInstanceOf(IllegalArgumentException.class).message().startsWith("it");
            }
        }
    }

    @Test
    void whatIsCutOrHasAnotherCharacterAnywhereIsRefused() {
        assertThat(ChainReceipt.verify(" " + GOOD + "\n", Sample.PUBLIC)).isEqualTo(RECEIPT);
        assertThat(SignedJson.verify(GOOD, Sample.PUBLIC)).contains("\"sequence\":7");
        for (int i = 0; i < GOOD.length() - 1; i += 5) {
            String before = GOOD.substring(0, i);
            char other = GOOD.charAt(i) == 'A' ? 'Q' : 'A';
            for (String wrong : List.of(before, before + other + GOOD.substring(i + 1),
                    before + "." + GOOD.substring(i), before + "A" + GOOD.substring(i))) {
                for (Consumer<String> reader : READERS) {
                    assertThatThrownBy(() -> reader.accept(wrong)).as("at %s", i)
                            .isExactlyInstanceOf(IllegalArgumentException.class);
                }
            }
        }
        VerifyingKey other = SigningKey.generate().publicKey();
        assertThatThrownBy(() -> SignedJson.verify(GOOD, other)).hasMessage("it was not signed by this key");
        assertThatThrownBy(() -> ChainReceipt.verify(GOOD, other)).hasMessageContaining("is of another proxy");
        assertThatThrownBy(() -> ChainReceipt.verify("a".repeat(ChainReceipt.MAX_LENGTH + 1), Sample.PUBLIC))
                .hasMessage("it is too long for a receipt");
        assertThatThrownBy(() -> ChainReceipt.verify("a".repeat(ChainReceipt.MAX_LENGTH), Sample.PUBLIC))
                .hasMessage("it is not a compact JWS");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"sequence\":7       | \"sequence\":7.5                  | its sequence is not a whole number",
            "\"sequence\":7       | \"sequence\":18446744073709551623 | its sequence is not a whole number",
            "\"sequence\":7       | \"sequence\":\"7\"                | it has no sequence",
            "\"size\":2           | \"other\":2                       | it has no size",
            "\"policy\":\"PP_1\"  | \"policy\":1                      | it has no policy",
            "T00:00:00Z           | T25:00:00Z                        | its time can't be read",
            "\"hash\":\"00        | \"hash\":\"0                      | a digest has 64 hexadecimal digits"})
    void receiptThatTheKeySignedIsReadAsItWasWritten(String was, String is, String sentence) throws Exception {
        JWSObject jws = new JWSObject(new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .type(new JOSEObjectType("revproc-receipt+jws")).build(),
                new Payload(Json.write(RECEIPT.fields()).replace(was, is)));
        jws.sign(new EdDsa.Signer(Sample.KEY));
        assertThatThrownBy(() -> ChainReceipt.verify(jws.serialize(), Sample.PUBLIC)).hasMessage(sentence);
    }

    @Test
    void signedJsonThatIsNoReceiptIsNone() throws Exception {
        String json = SignedJson.sign(Sample.KEY, Json.write(RECEIPT.fields()));
        assertThat(SignedJson.verify(json, Sample.PUBLIC)).isEqualTo(Json.write(RECEIPT.fields()));
        assertThatThrownBy(() -> ChainReceipt.verify(json, Sample.PUBLIC)).hasMessage("it is not a receipt");
        JWSObject other = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.EdDSA).type(new JOSEObjectType("JWT")).build(),
                new Payload(Json.write(RECEIPT.fields())));
        other.sign(new EdDsa.Signer(Sample.KEY));
        assertThatThrownBy(() -> ChainReceipt.verify(other.serialize(), Sample.PUBLIC))
                .hasMessage("it is not a receipt");
    }

    @Test
    void receiptIsForItsMessageAloneAndForNoBeginningOfIt() {
        assertThat(RECEIPT.isFor(new byte[]{'{', '}'})).isTrue();
        for (byte[] other : List.of(new byte[]{}, new byte[]{'{'}, new byte[]{'{', '}', '\n'}, new byte[]{'{', ']'})) {
            assertThat(RECEIPT.isFor(other)).isFalse();
        }
        ChainReceipt otherSize = new ChainReceipt(7, 1, RECEIPT.hash(), Instant.EPOCH, "PP_1", "1", "a:1",
                (1L << 32) + 2, RECEIPT.sha256());
        assertThat(otherSize.isFor(new byte[]{'{', '}'})).isFalse();
    }
}
