package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.revproc.record.DamageException.Fault;
import io.revproc.record.tlog.TreeHasher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The bytes of segments, cut and changed at every place where a number or a length stands. */
class EntriesTest {
    private final EntryWriter writer = new EntryWriter(0, Sample.ORIGIN);

    /** A delivery with all that one can have. */
    private byte[] delivery() throws IOException {
        EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
        data.millis = -1;
        data.micros = -1;
        data.size = -1;
        data.outcome = Outcome.CUT.code();
        data.nonce = Long.MIN_VALUE;
        data.receipt = true;
        data.granted = true;
        data.clientCertificate = new byte[32];
        data.serverCertificate = new byte[32];
        data.client = InetAddress.getByName("::1").getAddress();
        data.clientPort = 65_535;
        data.server = EntryWriter.server(new byte[]{127, 0, 0, 1}, 65_535, "PP_\u00e4", "id", "grant");
        data.asked = "PP_2".getBytes(StandardCharsets.UTF_8);
        writer.delivery(data);
        return writer.lastLeaf();
    }

    private static @Nullable Entry leaf(byte[] bytes) {
        return EntryParser.leaf(ByteBuffer.wrap(bytes));
    }

    @Test
    void deliveryIsReadWithEveryFieldAtItsLimit() throws Exception {
        assertThat(leaf(delivery())).isInstanceOfSatisfying(Entry.Delivery.class, read -> {
            assertThat(read.time().toEpochMilli()).isEqualTo(-1);
            assertThat(read.duration().toNanos()).isEqualTo(1000 * 0xffff_ffffL);
            assertThat(read.size()).isEqualTo(0xffff_ffffL);
            assertThat(read.nonce()).isEqualTo(Long.MIN_VALUE);
            assertThat(read.client()).isEqualTo(new InetSocketAddress("::1", 65_535));
            assertThat(read.server()).isEqualTo(new InetSocketAddress("127.0.0.1", 65_535));
            assertThat(List.of(read.outcome(), read.policy(), read.serverId(), String.valueOf(read.grant()),
                    String.valueOf(read.asked()), read.receipt()))
                    .isEqualTo(List.of(Outcome.CUT, "PP_\u00e4", "id", "grant", "PP_2", true));
        });
    }

    @Test
    void entryThatWasCutAnywhereOrGoesOnIsNone() throws Exception {
        byte[] delivery = delivery();
        writer.event(1, "action", "who", "subject", "detail");
        for (byte[] whole : List.of(delivery, writer.lastLeaf())) {
            for (int length = 0; length < whole.length; length++) {
                assertThat(leaf(Arrays.copyOf(whole, length))).as("%s of %s bytes", length, whole.length).isNull();
            }
            assertThat(leaf(Arrays.copyOf(whole, whole.length + 1))).isNull();
            for (int kind : new int[]{0, EntryWriter.CHECKPOINT, EntryWriter.SEAL, 5, 127, -1}) {
                byte[] other = whole.clone();
                other[0] = (byte) kind;
                assertThat(leaf(other)).as("kind %s", kind).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"outcome, 21, 3, 4", "outcome, 21, 0, 127", "outcome, 21, 1, -1", "address, 131, 16, 4",
            "address, 131, 16, 0", "address, 131, 16, 15", "address, 131, 16, -1", "policy, 158, 5, -1",
            "utf8, 162, -61, -1", "flags, 66, 31, 0", "flags, 66, 31, 15"})
    void lengthOrNumberThatCanNotBeIsNoEntry(String what, int at, byte was, byte is) throws Exception {
        byte[] bytes = delivery();
        if (!what.equals("outcome")) {
            assertThat(bytes[at]).as("where the %s stands", what).isEqualTo(was);
        }
        bytes[at] = is;
        assertThat(leaf(bytes)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"'', a, 511, 511", "'', a, 512, 512", "'', a, 513, 512", "'', x, 100000, 512", "'', \u00e4, 256, 512",
            "'', \u00e4, 257, 512", "x, \u00e4, 256, 511", "'', \u20ac, 171, 510", "x, \u20ac, 171, 511",
            "xx, \u20ac, 171, 512", "'', \ud83d\ude00, 129, 512", "x, \ud83d\ude00, 128, 509",
            "xxx, \ud83d\ude00, 128, 511"})
    void textOfAnEventIsCutBetweenCharacters(String before, String character, int times, int bytes) {
        String text = before + character.repeat(times);
        writer.event(1, text, "", text, "");
        assertThat(leaf(writer.lastLeaf())).isInstanceOfSatisfying(Entry.Event.class, event -> {
            assertThat(event.action().getBytes(StandardCharsets.UTF_8)).hasSize(bytes);
            assertThat(event.subject()).isEqualTo(event.action());
            assertThat(text).startsWith(event.action());
        });
    }

    @Test
    void controlEntryThatWasCutIsDamageThoughItsHashIsRight() throws Exception {
        writer.event(1, "a", "b", "c", "d");
        writer.checkpoint(Sample.KEY, 1, 1);
        int from = writer.length();
        writer.seal(1, new byte[32]);
        byte[] seal = Arrays.copyOfRange(writer.array(), from + 2, writer.length() - 32);
        int begin = 2 + ((writer.array()[0] & 0xff) << 8 | writer.array()[1] & 0xff) + 32;
        byte[] checkpoint = Arrays.copyOfRange(writer.array(), begin + 2, from - 32);
        for (byte[] whole : List.of(seal, checkpoint)) {
            assertThat(faults(whole)).isEmpty();
            for (int length = 1; length < whole.length; length++) {
                assertThat(faults(Arrays.copyOf(whole, length))).as("%s bytes", length)
                        .containsExactly(Fault.MALFORMED);
            }
            assertThat(faults(Arrays.copyOf(whole, whole.length + 1))).containsExactly(Fault.MALFORMED);
        }
        assertThat(faults(new byte[0])).containsExactly(Fault.MALFORMED);
        checkpoint[17] = -1;
        assertThat(faults(checkpoint)).as("a number of hashes below 0").containsExactly(Fault.MALFORMED);
    }

    /** What a reader says of a segment with this one entry, behind whose bytes their right hash stands. */
    private static List<Fault> faults(byte[] body) throws IOException {
        byte[] header = header(0).bytes();
        ByteBuffer file = ByteBuffer.allocate(header.length + 2 + body.length + 32).put(header)
                .putShort((short) body.length).put(body).put(new TreeHasher().leaf(body));
        List<Fault> faults = new ArrayList<>();
        try {
            SegmentReader reader = new SegmentReader(new ByteArrayInputStream(file.array()));
            while (reader.next() != null) {
                // up to the end
            }
        } catch (DamageException e) {
            faults.add(e.fault());
        }
        return faults;
    }

    private static SegmentHeader header(long first) {
        List<byte[]> frontier = new ArrayList<>();
        for (int i = Long.bitCount(first); i > 0; i--) {
            frontier.add(new byte[32]);
        }
        return new SegmentHeader(1, first, 1, Sample.PUBLIC.id(), SegmentHeader.NOTHING, frontier);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 255, 256, (1L << 32) - 1, 1L << 62, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void headerIsReadWholeOrNotAtAllHoweverManyEntriesComeBefore(long first) throws Exception {
        byte[] bytes = header(first).bytes();
        assertThat(bytes.length).isEqualTo(SegmentHeader.length(first)).isLessThanOrEqualTo(SegmentHeader.MAX_LENGTH);
        assertThat(SegmentHeader.read(bytes)).isNotNull().returns(first, SegmentHeader::firstIndex);
        assertThat(SegmentHeader.read(Arrays.copyOf(bytes, bytes.length + 9))).as("with what follows").isNotNull();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThat(SegmentHeader.read(cut)).as("%s of %s", length, bytes.length).isNull();
            assertThatThrownBy(() -> new SegmentReader(new ByteArrayInputStream(cut)))
                    .isInstanceOfSatisfying(DamageException.class, e -> assertThat(e.fault()).isEqualTo(Fault.HEADER));
        }
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(bytes));
        assertThat(reader.next()).isNull();
        assertThat(reader.size()).isEqualTo(first);
        assertThat(SegmentHeader.read(header(-1 - first).bytes())).as("a negative number").isNull();
    }

    /** Anybody can write such a header: nobody signs it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 1L << 62, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void verificationOfANumberThatNoLogReachesEndsWithFindings(long first, @TempDir Path directory) throws Exception {
        writer.event(1, "a", "b", "c", "d");
        writer.event(1, "a", "b", "c", "d");
        writer.checkpoint(Sample.KEY, 1, 1);
        byte[] header = header(first).bytes();
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(directory.resolve(SegmentHeader.fileName(1)), file);

        Verdict verdict = Verification.of(directory, List.of(Sample.PUBLIC), KeptCheckpoints.NONE);
        assertThat(verdict.intact()).isFalse();
        assertThat(verdict.findings()).extracting(Finding::sentence)
                .anyMatch(sentence -> sentence.startsWith("Entries 0 to " + (first - 1) + " are missing"));
    }

    @ParameterizedTest
    @CsvSource({"0000000001.audit, 1", "9999999999.audit, 9999999999", "0000000000.audit, 0", "1.audit, -1",
            "00000000001.audit, -1", "0000000001.audit.new, -1", "0000000001xaudit, -1", "-000000001.audit, -1",
            "\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0661.audit, -1", "' 0000000001.audit', -1"})
    void segmentsAreKnownByTheirNames(String name, long segment) {
        assertThat(SegmentHeader.segmentOf(name)).isEqualTo(segment);
        assertThat(ChainHeader.segmentOf(name)).isEqualTo(segment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "mr-IN", "bn-BD", "de-DE", "tr-TR"})
    void filesHaveTheSameNamesWhateverLanguageTheMachineSpeaks(String language) {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag(language));
        try {
            assertThat(SegmentHeader.fileName(12)).isEqualTo("0000000012.audit");
            assertThat(ChainHeader.fileName(12)).isEqualTo("0000000012.audit");
            assertThat(SegmentHeader.segmentOf(SegmentHeader.fileName(9_876_543_210L))).isEqualTo(9_876_543_210L);
            assertThat(TreeFiles.fileName(1, 65_536 * 7L + 1)).isEqualTo("1-000007");
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, -1, 0", "0, 9, -1, 9", "4, 9, -1, 5", "0, 9, 4, 5", "0, 9, 9, 0"})
    void unsignedEntriesAreThoseBehindTheLastSignature(long first, long size, long signed, long unsigned) {
        Checkpoint last = signed < 0
                ? null
                : Checkpoint.sign(Sample.KEY, 1, 1, new io.revproc.record.tlog.TreeHead("o", signed, new byte[32]));
        Verdict verdict = new Verdict(List.of(), 1, first, size, 0, 0, 0, last, 0, null);
        assertThat(verdict.unsigned()).isEqualTo(unsigned);
        assertThat(verdict.empty()).isEqualTo(size == 0);
        ChainCheckpoint chain = signed < 0 ? null : ChainCheckpoint.sign(Sample.KEY, 1, signed, 1, new byte[32]);
        assertThat(new ChainVerdict(List.of(), 1, first + 1, size, 0, 0, 0, chain, SegmentHeader.NOTHING, 0).unsigned())
                .isEqualTo(unsigned);
    }
}
