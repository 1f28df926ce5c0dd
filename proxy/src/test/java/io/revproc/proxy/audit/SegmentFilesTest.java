package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.revproc.record.Entry.Digest;
import io.revproc.record.SegmentHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SegmentFilesTest {
    private static final Digest KEY = new Digest(new byte[Digest.LENGTH]);
    private static final int HEADER = SegmentHeader.length(0);

    @TempDir
    Path directory;

    /** Writes half and fails, so often. */
    private static final class Torn extends SegmentFiles {
        private int failures;

        Torn(Path directory) throws IOException {
            super(directory, KEY);
        }

        @Override
        void write(FileChannel channel, byte[] bytes, int length) throws IOException {
            if (failures > 0) {
                failures--;
                channel.write(ByteBuffer.wrap(bytes, 0, length / 2), size());
                throw new IOException("full");
            }
            super.write(channel, bytes, length);
        }
    }

    private static void begin(SegmentFiles files, long number) throws IOException {
        files.begin(number, 0, List.of(), 0, SegmentHeader.NOTHING);
    }

    @Test
    void writeThatFailedLeavesNothingBehindTheNextOne() throws Exception {
        try (Torn files = new Torn(directory)) {
            begin(files, 1);
            files.append(new byte[]{1, 1}, 2);
            files.failures = 1;
            assertThatThrownBy(() -> files.append(new byte[100], 100)).hasMessage("full");
            files.append(new byte[]{2}, 1);
            assertThat(files.size()).isEqualTo(HEADER + 3);
        }
        byte[] file = Files.readAllBytes(directory.resolve(SegmentHeader.fileName(1)));
        assertThat(file).hasSize(HEADER + 3).endsWith(1, 1, 2);
        assertThat(SegmentHeader.read(file)).isNotNull();
    }

    @Test
    void segmentThatCanNotBeBegunLeavesTheOneBefore() throws Exception {
        try (Torn files = new Torn(directory)) {
            begin(files, 1);
            files.append(new byte[]{1}, 1);
            files.failures = 1;
            assertThatThrownBy(() -> begin(files, 2)).hasMessage("full");
            assertThat(files.segment()).isEqualTo(1);
            files.append(new byte[]{2}, 1);
            begin(files, 2);
            assertThat(files.segment()).isEqualTo(2);
        }
        assertThat(Files.readAllBytes(directory.resolve(SegmentHeader.fileName(1)))).endsWith(1, 2);
    }

    @Test
    void oldestSegmentsGoUntilTheRestFitsAndNeverTheLastTwo() throws Exception {
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            for (long number = 1; number <= 5; number++) {
                begin(files, number);
                files.append(new byte[1000], 1000);
            }
            int each = HEADER + 1000;
            assertThat(files.beyond(5L * each)).isEmpty();
            assertThat(files.beyond(5L * each - 1)).containsExactly(1L);
            assertThat(files.beyond(3L * each)).containsExactly(1L, 2L);
            assertThat(files.beyond(0)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void directoryHasOneProxy() throws Exception {
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            assertThatThrownBy(() -> new SegmentFiles(directory, KEY)).isInstanceOf(AuditException.class)
                    .hasMessageContaining("another proxy keeps its record");
            assertThat(files.directory()).isEqualTo(directory);
        }
    }

    @Test
    void segmentOfAnEarlierRunGoesOnBehindItsLastWholeEntry() throws Exception {
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            begin(files, 3);
            files.append(new byte[]{1, 2, 3, 4}, 4);
        }
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            assertThatThrownBy(() -> files.append(new byte[1], 1)).hasMessage("no segment is open");
            files.resume(3, HEADER + 2);
            assertThat(files.segment()).isEqualTo(3);
            files.append(new byte[]{7, 8, 9}, 2);
            assertThat(files.size()).isEqualTo(HEADER + 4);
            assertThat(files.channel().isOpen()).isTrue();
        }
        assertThat(Files.readAllBytes(directory.resolve(SegmentHeader.fileName(3)))).hasSize(HEADER + 4)
                .endsWith(1, 2, 7, 8);
    }

    @Test
    void beginningOfASegmentThatFailedIsOverwritten() throws Exception {
        Files.write(directory.resolve(SegmentHeader.fileName(1)), new byte[10_000]);
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            begin(files, 1);
            assertThat(files.size()).isEqualTo(HEADER);
        }
        assertThat(directory.resolve(SegmentHeader.fileName(1))).hasSize(HEADER);
    }

    @Test
    void segmentThatIsRemovedIsGoneAndMayBeAlready() throws Exception {
        try (SegmentFiles files = new SegmentFiles(directory, KEY)) {
            begin(files, 1);
            begin(files, 2);
            files.remove(1);
            files.remove(1);
            assertThat(files.path(1)).doesNotExist();
            assertThat(files.path(2)).exists();
        }
    }

    @Test
    void directoryIsFreeAgainOnceItsProxyHasEnded() throws Exception {
        new SegmentFiles(directory, KEY).close();
        new SegmentFiles(directory, KEY).close();
    }
}
