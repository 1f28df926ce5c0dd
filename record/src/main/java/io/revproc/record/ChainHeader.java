package io.revproc.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The first {@value #LENGTH} bytes of a segment file.
 *
 * @param segment       counts from 1
 * @param firstSequence of the segment's first entry
 * @param createdMillis since 1970
 * @param keyId         of the key that signs this segment's checkpoints
 * @param before        the chain's hash at the end of the segment before; zeros where the chain begins
 */
public record ChainHeader(long segment, long firstSequence, long createdMillis, Digest keyId, Digest before) {
    /** Bytes. */
    public static final int LENGTH = 128;
    /** The value before the first segment. */
    public static final Digest BEGINNING = new Digest(new byte[Digest.LENGTH]);

    private static final byte[] MAGIC = "REVPAUD1".getBytes(StandardCharsets.US_ASCII);
    private static final int HASHED = LENGTH - Digest.LENGTH;

    /** The header's bytes, its hash included. */
    public byte[] bytes() {
        byte[] bytes = new byte[LENGTH];
        ByteBuffer.wrap(bytes).put(MAGIC).putLong(segment).putLong(firstSequence).putLong(createdMillis)
                .put(keyId.bytes()).put(before.bytes());
        System.arraycopy(Chain.sha256(bytes, 0, HASHED), 0, bytes, HASHED, Digest.LENGTH);
        return bytes;
    }

    /** Null if these bytes are none, or not whole. */
    public static @Nullable ChainHeader read(byte[] bytes) {
        if (bytes.length != LENGTH || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || !Arrays.equals(bytes, HASHED, LENGTH, Chain.sha256(bytes, 0, HASHED), 0, Digest.LENGTH)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, HASHED - MAGIC.length);
        long segment = in.getLong();
        long first = in.getLong();
        long created = in.getLong();
        byte[] key = new byte[Digest.LENGTH];
        byte[] before = new byte[Digest.LENGTH];
        in.get(key).get(before);
        return new ChainHeader(segment, first, created, new Digest(key), new Digest(before));
    }

    /** The chain's hash behind the header. */
    public static byte[] hash(byte[] header) {
        return Arrays.copyOfRange(header, HASHED, LENGTH);
    }

    /** The name of a segment's file, the same in both forms of the record. */
    public static String fileName(long segment) {
        return SegmentHeader.fileName(segment);
    }

    /** The segment of a file of this name; -1 if it is none. */
    public static long segmentOf(String fileName) {
        return SegmentHeader.segmentOf(fileName);
    }
}
