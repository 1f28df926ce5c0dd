package io.revproc.record;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

import io.revproc.record.DamageException.Fault;
import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/** Reads the entries of a segment of the earlier format one by one and checks each one's hash. Not thread-safe. */
public final class ChainReader {
    private final DataInputStream in;
    private final Chain chain = new Chain();
    private final ChainHeader header;
    private byte[] frame = new byte[1024];
    private long at;
    private long next;
    private byte[] before = new byte[Digest.LENGTH];

    /**
     * Reads the header.
     *
     * @param in is not closed here
     * @throws DamageException if there is none
     */
    public ChainReader(InputStream in) throws IOException, DamageException {
        this.in = new DataInputStream(in);
        byte[] bytes = in.readNBytes(ChainHeader.LENGTH);
        ChainHeader read = ChainHeader.read(bytes);
        if (read == null) {
            throw new DamageException(Fault.HEADER);
        }
        header = read;
        chain.start(ChainHeader.hash(bytes));
        next = ChainHeader.LENGTH;
        at = next;
    }

    public ChainHeader header() {
        return header;
    }

    /** Returns where in the file the entry that was read last begins, in bytes. */
    public long position() {
        return at;
    }

    /** Returns where the next one begins. */
    public long end() {
        return next;
    }

    /** The chain's hash behind what was read. */
    public byte[] hash() {
        return chain.hash();
    }

    /** The chain's hash before the entry that was read last. */
    public byte[] hashBefore() {
        return before;
    }

    /**
     * The next entry; null at the end. After a {@link DamageException.Fault#HASH} the next call goes on behind that entry, trusting the hash that
     * stands there; after any other fault there is no going on.
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
        frame[0] = (byte) high;
        frame[1] = (byte) low;
        try {
            in.readFully(frame, 2, total - 2);
        } catch (EOFException e) {
            throw new DamageException(Fault.INCOMPLETE);
        }
        next = at + total;
        System.arraycopy(chain.hash(), 0, before, 0, before.length);
        byte[] hash = chain.add(frame, 0, 2 + length);
        if (!Arrays.equals(hash, 0, Digest.LENGTH, frame, 2 + length, total)) {
            chain.start(Arrays.copyOfRange(frame, 2 + length, total));
            throw new DamageException(Fault.HASH);
        }
        Entry entry = parse(ByteBuffer.wrap(frame, 2, length));
        if (entry == null) {
            throw new DamageException(Fault.MALFORMED);
        }
        return entry;
    }

    private @Nullable Entry parse(ByteBuffer body) {
        try {
            int type = body.get();
            long sequence = body.getLong();
            long millis = body.getLong();
            Instant time = Instant.ofEpochMilli(millis);
            Entry entry = switch (type) {
                case EntryWriter.DELIVERY -> EntryParser.delivery(sequence, time, body, false);
                case EntryWriter.EVENT -> EntryParser.event(sequence, time, body);
                case EntryWriter.CHECKPOINT -> {
                    byte[] signature = new byte[ChainCheckpoint.SIGNATURE];
                    body.get(signature);
                    yield new Entry.Signed(new ChainCheckpoint(header.segment(), sequence, time,
                            new Digest(before.clone()), header.keyId(), signature));
                }
                case EntryWriter.SEAL -> new Entry.Seal(sequence, time, EntryParser.digest(body));
                default -> null;
            };
            return body.hasRemaining() ? null : entry;
        } catch (java.nio.BufferUnderflowException | IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
