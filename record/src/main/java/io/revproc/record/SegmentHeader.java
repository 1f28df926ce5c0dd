package io.revproc.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment file: who writes it, and the tree of all entries before it. Its length follows from how many entries
 * those are.
 *
 * @param segment       counts from 1
 * @param firstIndex    of the segment's first entry in the log
 * @param createdMillis since 1970
 * @param keyId         of the key that signs this segment's checkpoints
 * @param before        the hash at the end of a record in the earlier format, where the log begins behind one; else zeros
 * @param frontier      roots of the complete subtrees that the tree before consists of, the largest first
 */
public record SegmentHeader(long segment, long firstIndex, long createdMillis, Digest keyId, Digest before,
        List<byte[]> frontier) {
    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = length(Long.MAX_VALUE);
    /** The value of the first segment, which has no predecessor. */
    public static final Digest NOTHING = new Digest(new byte[Digest.LENGTH]);

    private static final byte[] MAGIC = "REVPAUD2".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED = 8 + 3 * Long.BYTES + 2 * Digest.LENGTH;
    private static final String SUFFIX = ".audit";
    private static final Pattern NAME = Pattern.compile("\\d{10}" + Pattern.quote(SUFFIX));

    /** Returns the bytes of a header of a segment with this first entry. */
    public static int length(long firstIndex) {
        return FIXED + Digest.LENGTH * Long.bitCount(firstIndex) + Digest.LENGTH;
    }

    /** Returns the header's bytes, its hash included. */
    public byte[] bytes() {
        byte[] bytes = new byte[length(firstIndex)];
        ByteBuffer out = ByteBuffer.wrap(bytes).put(MAGIC).putLong(segment).putLong(firstIndex).putLong(createdMillis)
                .put(keyId.bytes()).put(before.bytes());
        frontier.forEach(out::put);
        out.put(Chain.sha256(bytes, 0, out.position()));
        return bytes;
    }

    /** Returns the header that bytes begin with; null if they begin with none, or one that is not whole. */
    public static @Nullable SegmentHeader read(byte[] bytes) {
        if (!isOne(bytes) || bytes.length < FIXED) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, bytes.length - MAGIC.length);
        long segment = in.getLong();
        long first = in.getLong();
        long created = in.getLong();
        int length = first < 0 ? Integer.MAX_VALUE : length(first);
        if (bytes.length < length || !Arrays.equals(bytes, length - Digest.LENGTH, length,
                Chain.sha256(bytes, 0, length - Digest.LENGTH), 0, Digest.LENGTH)) {
            return null;
        }
        Digest key = EntryParser.digest(in);
        Digest before = EntryParser.digest(in);
        List<byte[]> frontier = new ArrayList<>();
        for (int i = Long.bitCount(first); i > 0; i--) {
            frontier.add(EntryParser.digest(in).bytes());
        }
        return new SegmentHeader(segment, first, created, key, before, frontier);
    }

    /** Returns whether these are the first bytes of a segment in this format. */
    static boolean isOne(byte[] bytes) {
        return bytes.length >= MAGIC.length && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** Returns the name of a segment's file. */
    public static String fileName(long segment) {
        return String.format(Locale.ROOT, "%010d", segment) + SUFFIX;
    }

    /** Returns the segment of a file of this name; -1 if it is none. */
    public static long segmentOf(String fileName) {
        return NAME.matcher(fileName).matches() ? Long.parseLong(fileName.substring(0, 10)) : -1;
    }
}
