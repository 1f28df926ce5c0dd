package io.revproc.record;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.DamageException.Fault;
import io.revproc.record.Entry.Digest;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.TreeBuilder;
import io.revproc.record.tlog.TreeHasher;
import org.jspecify.annotations.Nullable;

/** Reads a segment's entries one by one, checks each one's hash and grows the log's tree with them. Not thread-safe. */
public final class SegmentReader {
    /** Entries after which the tree forgets what it does not need. */
    private static final int BATCH = 4096;

    private final DataInputStream in;
    private final TreeHasher hasher = new TreeHasher();
    private final TreeBuilder tree = new TreeBuilder();
    private final byte[] hash = new byte[Digest.LENGTH];
    private final SegmentHeader header;
    private TreeBuilder.NodeSink sink = (level, first, hashes, offset, count) -> {};
    private byte[] frame = new byte[1024];
    private long at;
    private long next;

    /**
     * Reads the header.
     *
     * @param in is not closed here
     * @throws DamageException if there is none
     */
    public SegmentReader(InputStream in) throws IOException, DamageException {
        this(in, null);
    }

    /** @param instead of the header that is there, whose bytes are skipped; null: it is read */
    public SegmentReader(InputStream in, @Nullable SegmentHeader instead) throws IOException, DamageException {
        this.in = new DataInputStream(in);
        SegmentHeader read = instead == null ? read(in) : instead;
        int length = read == null ? 0 : SegmentHeader.length(read.firstIndex());
        if (read == null || instead != null && in.readNBytes(length).length < length) {
            throw new DamageException(Fault.HEADER);
        }
        header = read;
        tree.start(read.firstIndex(), read.frontier());
        next = length;
        at = next;
    }

    /** Returns the header that a segment's bytes begin with; null if that is damaged. */
    private static @Nullable SegmentHeader read(InputStream in) throws IOException {
        byte[] start = in.readNBytes(8 + 2 * Long.BYTES);
        if (start.length < 8 + 2 * Long.BYTES) {
            return null;
        }
        long first = ByteBuffer.wrap(start).getLong(8 + Long.BYTES);
        if (first < 0) {
            return null;
        }
        int length = SegmentHeader.length(first);
        byte[] all = Arrays.copyOf(start, length);
        int got = in.readNBytes(all, start.length, length - start.length);
        return got < length - start.length ? null : SegmentHeader.read(all);
    }

    public SegmentHeader header() {
        return header;
    }

    /** Lets somebody hear of each node of the tree that the entries complete, before the next entry or later. */
    public void nodesTo(TreeBuilder.NodeSink to) {
        sink = to;
    }

    /** Returns where in the file the entry that was read last begins, in bytes. */
    public long position() {
        return at;
    }

    /** Returns where the next one begins. */
    public long end() {
        return next;
    }

    /** Returns how many entries the log has up to here. */
    public long size() {
        return tree.size();
    }

    /** Returns the root of their tree. */
    public byte[] root() {
        return tree.root();
    }

    /** Returns the roots of the complete subtrees that the tree consists of, the largest first. */
    public List<byte[]> frontier() {
        return tree.frontier();
    }

    /** Goes on as if this tree came before; where a checkpoint proves that the one that was read is damaged. */
    public void goOnFrom(long size, List<byte[]> frontier) {
        tree.commit(sink);
        tree.start(size, frontier);
    }

    /** Reports the nodes that were completed since the last report. */
    public void flush() {
        tree.commit(sink);
    }

    /**
     * Returns the next entry; null at the end. After a {@link Fault#HASH} the next call goes on behind that entry, trusting the hash
     * that stands there; after any other fault there is no going on.
     */
    public @Nullable Entry next() throws IOException, DamageException {
        at = next;
        int high = in.read();
        if (high < 0) {
            return null;
        }
        int low = in.read();
        if (low < 0) {
            throw new DamageException(Fault.INCOMPLETE);
        }
        int length = high << 8 | low;
        int total = 2 + length + Digest.LENGTH;
        if (frame.length < total) {
            frame = new byte[total];
        }
        try {
            in.readFully(frame, 2, total - 2);
        } catch (EOFException e) {
            throw new DamageException(Fault.INCOMPLETE);
        }
        if (length == 0) {
            throw new DamageException(Fault.MALFORMED);
        }
        next = at + total;
        hasher.leafInPlace(frame, 2, 2 + length, hash, 0);
        boolean leaf = isLeaf(frame[2]);
        boolean whole = Arrays.equals(hash, 0, Digest.LENGTH, frame, 2 + length, total);
        Entry entry = leaf
                ? EntryParser.leaf(ByteBuffer.wrap(frame, 2, length))
                : control(ByteBuffer.wrap(frame, 2, length));
        if (leaf) {
            add(frame, 2 + length);
        }
        if (!whole) {
            throw new DamageException(Fault.HASH);
        }
        if (entry == null) {
            throw new DamageException(Fault.MALFORMED);
        }
        return entry;
    }

    /** Returns the entry that was read last, as it is in the log: a leaf. */
    public byte[] leaf() {
        return Arrays.copyOfRange(frame, 2, (int) (next - at) - Digest.LENGTH);
    }

    static boolean isLeaf(int kind) {
        return kind == EntryWriter.DELIVERY || kind == EntryWriter.EVENT;
    }

    private void add(byte[] hashes, int from) {
        tree.addHash(hashes, from);
        if (tree.size() % BATCH == 0) {
            tree.commit(sink);
        }
    }

    private static @Nullable Entry control(ByteBuffer body) {
        try {
            int kind = body.get();
            long size = body.getLong();
            Instant time = Instant.ofEpochMilli(body.getLong());
            Entry entry = switch (kind) {
                case EntryWriter.CHECKPOINT -> {
                    List<byte[]> frontier = new ArrayList<>();
                    for (int i = body.get(); i > 0; i--) {
                        frontier.add(EntryParser.digest(body).bytes());
                    }
                    yield new Entry.Checkpointed(size, time, Note.parse(EntryParser.text(body)), frontier);
                }
                case EntryWriter.SEAL -> new Entry.Seal(size, time, EntryParser.digest(body));
                default -> null;
            };
            return body.hasRemaining() ? null : entry;
        } catch (java.nio.BufferUnderflowException | IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
