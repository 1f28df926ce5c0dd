package io.revproc.record;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.Entry.Digest;
import io.revproc.record.tlog.TlogProof;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReceiptTest {
    private static final byte[] MESSAGE = "{\"type\":0}".getBytes(StandardCharsets.UTF_8);

    private static final long NONCE = -3;

    private final SigningKey key = SigningKey.generate();
    private final Salts salts = new Salts(new SecretKeySpec(new byte[32], "HmacSHA256"));

    private EntryWriter.DeliveryData delivery() {
        ByteBuffer digest = ByteBuffer.wrap(salts.hidden(NONCE, MESSAGE).bytes());
        EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
        data.size = MESSAGE.length;
        data.digest0 = digest.getLong();
        data.digest1 = digest.getLong();
        data.digest2 = digest.getLong();
        data.digest3 = digest.getLong();
        data.nonce = NONCE;
        data.client = new byte[]{127, 0, 0, 1};
        data.server = EntryWriter.server(new byte[]{127, 0, 0, 1}, 9001, "PP_1", "7");
        return data;
    }

    /** As it comes to the client, once JSON's escapes are undone. */
    private byte[] receipt(EntryWriter writer, long index, byte[] leaf) {
        Checkpoint checkpoint = writer.checkpoint(key, 1, 0);
        byte[] json = new Receipt.Printer(checkpoint).print(salts.salt(NONCE), leaf, index,
                writer.tree().inclusion(index));
        return new String(json, StandardCharsets.UTF_8).replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void receiptHoldsWhatItsHolderNeeds() {
        EntryWriter writer = new EntryWriter(1024, "example.com/log");
        writer.event(0, "started", "proxy", "", "");
        writer.delivery(delivery());
        byte[] text = receipt(writer, 1, writer.lastLeaf());

        Receipt receipt = Receipt.verify(text, List.of(SigningKey.generate().publicKey(), key.publicKey()));
        assertThat(receipt.isFor(MESSAGE)).isTrue();
        assertThat(receipt.isFor(new byte[MESSAGE.length])).isFalse();
        assertThat(receipt.fields()).containsEntry("policy", "PP_1").containsEntry("server", "7")
                .containsEntry("index", 1L).containsEntry("log", "example.com/log");
        assertThat(TlogProof.parse(text).bytes()).as("in the spelling of the specification").isEqualTo(text);
        assertThatThrownBy(() -> Receipt.verify(text, List.of(SigningKey.generate().publicKey())))
                .hasMessageContaining("of another proxy");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.7:9001", "::1, [0:0:0:0:0:0:0:1]:9001"})
    void anAddressOfIpv6StandsInBrackets(String address, String shown) {
        EntryWriter writer = new EntryWriter(1024, "example.com/log");
        EntryWriter.DeliveryData data = delivery();
        data.server = EntryWriter.server(InetAddress.ofLiteral(address).getAddress(), 9001, "PP_1", "7");
        writer.delivery(data);

        Receipt receipt = Receipt.verify(receipt(writer, 0, writer.lastLeaf()), List.of(key.publicKey()));
        assertThat(receipt.fields()).containsEntry("address", shown);
    }

    @Test
    void receiptOfALogOfAMillionEntriesHasLessThanTwoThousandBytes() {
        EntryWriter writer = new EntryWriter(1024, "log.example.com/a-proxy-with-a-long-name/audit-8123");
        List<byte[]> frontier = java.util.stream.Stream.generate(() -> new byte[32]).limit(Long.bitCount(999_999))
                .toList();
        writer.start(999_999, frontier);
        writer.delivery(delivery());
        byte[] text = receipt(writer, 999_999, writer.lastLeaf());
        assertThat(text.length).isLessThan(2_000);
        assertThat(Receipt.verify(text, List.of(key.publicKey())).proof().hashes()).hasSize(Long.bitCount(999_999));
    }

    @Test
    void whatIsNoReceiptIsRefused() {
        EntryWriter writer = new EntryWriter(1024, "example.com/log");
        writer.event(0, "started", "proxy", "", "");
        byte[] event = receipt(writer, 0, writer.lastLeaf());
        assertThatThrownBy(() -> Receipt.read(event)).hasMessageContaining("not a delivery");
        byte[] without = new TlogProof(new byte[0], 0, List.of(), TlogProof.parse(event).checkpoint()).bytes();
        assertThatThrownBy(() -> Receipt.read(without)).hasMessageContaining("holds no entry");
        assertThatThrownBy(() -> Receipt.read(new byte[Receipt.MAX_LENGTH + 1])).hasMessageContaining("too long");
    }

    @ParameterizedTest
    @EnumSource(value = Outcome.class, names = "ANSWERED", mode = EnumSource.Mode.EXCLUDE)
    void entryOfAMessageThatNoServerAnsweredIsNoReceipt(Outcome outcome) {
        EntryWriter writer = new EntryWriter(1024, "example.com/log");
        EntryWriter.DeliveryData data = delivery();
        data.outcome = outcome.code();
        writer.delivery(data);
        byte[] text = receipt(writer, 0, writer.lastLeaf());
        assertThatThrownBy(() -> Receipt.verify(text, List.of(key.publicKey())))
                .hasMessage("its entry says " + outcome + ": no server answered the message");
    }

    @Test
    void entryOfAnotherIndexIsNoReceiptForThisOne() {
        EntryWriter writer = new EntryWriter(1024, "example.com/log");
        writer.delivery(delivery());
        byte[] leaf = writer.lastLeaf();
        writer.start(1, List.of(new byte[32]));
        byte[] moved = leaf.clone();
        writer.event(0, "started", "proxy", "", "");
        assertThatThrownBy(() -> Receipt.read(receipt(writer, 1, moved))).hasMessageContaining("does not lead to");
    }

    @Test
    void saltIsTheEncryptedNonceAndEachEntryHasItsOwn() throws Exception {
        byte[] aes = Chain.sha256(join("revproc-audit-salt-1\0".getBytes(StandardCharsets.US_ASCII), new byte[32]), 0,
                53);
        Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(aes, "AES"));
        Set<String> seen = new HashSet<>();
        for (long index : new long[]{0, 1, 255, 256, 257, 1, 0, 1L << 40, Long.MAX_VALUE, -1, -256, -257}) {
            assertThat(salts.salt(index)).as("%s", index)
                    .isEqualTo(cipher.doFinal(ByteBuffer.allocate(16).putLong(8, index).array()));
            seen.add(Arrays.toString(salts.salt(index)));
        }
        assertThat(seen).hasSize(10);
        assertThat(salts.hidden(1, MESSAGE)).as("equal messages look different").isNotEqualTo(salts.hidden(2, MESSAGE));
        assertThat(salts.hidden(7, MESSAGE)).isEqualTo(Salts.hidden(salts.salt(7), MESSAGE))
                .isEqualTo(new Digest(Chain.sha256(join(salts.salt(7), MESSAGE), 0, 16 + MESSAGE.length)));
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
    }

    @Test
    void receiptMayBeAskedForLater(@TempDir Path directory) throws Exception {
        Sample sample = new Sample(directory);
        sample.segment(300).segment(5).segment(40);
        Checkpoint last = sample.checkpoints.getLast();
        byte[] third = Sample.message(3);
        ReceiptSearch search = new ReceiptSearch(directory, sample.salts);
        RecordTiles tiles = new RecordTiles(directory);

        TlogProof newest = Objects.requireNonNull(search.newest(third, Instant.EPOCH, last, tiles));
        Receipt receipt = Receipt.verify(newest.bytes(), List.of(Sample.PUBLIC));
        assertThat(receipt.proof().index()).as("of three the newest").isEqualTo(301 + 6 + 4);
        byte[] late = Sample.message(299);
        assertThat(Objects.requireNonNull(search.newest(late, Instant.EPOCH, last, tiles)).index()).isEqualTo(300);
        assertThat(search.newest(late, Instant.ofEpochMilli(1_790_000_000_302L), last, tiles))
                .as("before the time that was given").isNull();
        assertThat(search.newest(Sample.message(0), Instant.EPOCH, sample.checkpoints.getFirst(), tiles))
                .as("no checkpoint covers it").isNull();
    }
}
