package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

import io.revproc.record.Entry.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ChainWriterTest {
    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        byte[] header = new ChainHeader(3, 40, 5, ChainSample.PUBLIC.id(), ChainHeader.BEGINNING).bytes();
        ChainWriter writer = new ChainWriter(16);
        writer.start(40, ChainHeader.hash(header));
        byte[] certificate = new byte[32];
        Arrays.fill(certificate, (byte) 7);
        InetAddress six = InetAddress.getByName("2001:db8::1");
        writer.delivery(1_000, -1, Outcome.TIMEOUT.code(), 1 << 20, 0x0102030405060708L, -1, 0, 1, true, certificate,
                null, six.getAddress(), 65_535, ChainWriter.server(new byte[]{10, 0, 0, 1}, 9001, "PP_é", "s/1"));
        writer.event(2_000, "drain", "alice", "PP_1/2", "é".repeat(400));
        writer.checkpoint(ChainSample.KEY, 3, 3_000);
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());

        ChainReader reader = new ChainReader(new ByteArrayInputStream(file));
        assertThat(reader.next()).isEqualTo(new Entry.Delivery(40, Instant.ofEpochMilli(1_000),
                Duration.ofNanos(0xffff_ffffL * 1_000), Outcome.TIMEOUT, 1 << 20,
                Digest.of("0102030405060708" + "f".repeat(16) + "0".repeat(31) + "1"), 0, true, new Digest(certificate),
                null, new InetSocketAddress(six, 65_535), new InetSocketAddress("10.0.0.1", 9001), "PP_é", "s/1"));
        assertThat(reader.next()).isEqualTo(new Entry.Event(41, Instant.ofEpochMilli(2_000), "drain", "alice",
                "PP_1/2", "é".repeat(256)));
        assertThat(reader.next()).isInstanceOfSatisfying(Entry.Signed.class,
                signed -> assertThat(signed.checkpoint().signedBy(ChainSample.PUBLIC)).isTrue());
        assertThat(reader.next()).isNull();
        assertThat(reader.end()).isEqualTo(file.length);
        assertThat(reader.hash()).isEqualTo(writer.hash());
    }

    /** Worked out by hand from the format's description: a change of the format must change its name. */
    @Test
    void theBytesAreThoseOfTheDescription() {
        ChainWriter writer = new ChainWriter(16);
        writer.start(1, new byte[32]);
        writer.event(2, "a", "b", "", "c");
        String frame = "001c" + "02" + "0000000000000001" + "0000000000000002" + "000161" + "000162" + "0000"
                + "000163";
        assertThat(HexFormat.of().formatHex(writer.array(), 0, writer.length() - 32)).isEqualTo(frame);
        byte[] hashed = HexFormat.of().parseHex("0".repeat(64) + frame);
        assertThat(writer.hash()).isEqualTo(Chain.sha256(hashed, 0, hashed.length));
    }

    @Test
    void keysComeBackFromPem() {
        VerifyingKey key = VerifyingKey.ofPem(ChainSample.PUBLIC.pem());
        assertThat(key.id()).isEqualTo(ChainSample.PUBLIC.id());
        assertThat(SigningKey.ofPem(ChainSample.KEY.pem(), key).pem()).isEqualTo(ChainSample.KEY.pem());
    }

    @Test
    void damagedFilesEndTheReadingWithAFaultAndNothingElse() throws Exception {
        new ChainSample(directory).segment(3);
        byte[] file = Files.readAllBytes(directory.resolve(ChainHeader.fileName(1)));
        java.util.Random random = new java.util.Random(3);
        int faults = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = Arrays.copyOf(file, 1 + random.nextInt(file.length));
            for (int n = 0; n < 3; n++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                ChainReader reader = new ChainReader(new ByteArrayInputStream(damaged));
                while (reader.next() != null) {
                    assertThat(reader.end()).isLessThanOrEqualTo(damaged.length);
                }
            } catch (DamageException e) {
                faults++;
            }
        }
        assertThat(faults).isGreaterThan(4_000);
    }
}
