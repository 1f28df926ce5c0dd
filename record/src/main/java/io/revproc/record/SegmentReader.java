package io.revproc.record;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/** Reads a segment's entries one by one and checks each one's hash. Not thread-safe. */
public final class SegmentReader {
    /** What is wrong with what comes next. */
    public enum Fault {
        /** The file is no segment, or its header was changed. */
        HEADER,
        /** The bytes end within an entry. */
        INCOMPLETE,
        /** The entry's hash is not that of the entry and what comes before it. */
        HASH,
        /** The hash is right, but these are no entry's bytes. */
        MALFORMED
    }

    /** The next entry can't be trusted. */
    public static final class DamageException extends Exception {
        private final Fault fault;

        DamageException(Fault fault) {
            super(fault.name(), null, false, false);
            this.fault = fault;
        }

        public Fault fault() {
            return fault;
        }
    }

    private final DataInputStream in;
    private final Chain chain = new Chain();
    private final SegmentHeader header;
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
    public SegmentReader(InputStream in) throws IOException, DamageException {
        this.in = new DataInputStream(in);
        byte[] bytes = in.readNBytes(SegmentHeader.LENGTH);
        SegmentHeader read = SegmentHeader.read(bytes);
        if (read == null) {
            throw new DamageException(Fault.HEADER);
        }
        header = read;
        chain.start(SegmentHeader.hash(bytes));
        next = SegmentHeader.LENGTH;
        at = next;
    }

    public SegmentHeader header() {
        return header;
    }

    /** Where in the file the entry that was read last begins, in bytes. */
    public long position() {
        return at;
    }

    /** Where the next one begins. */
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
     * The next entry; null at the end. After a {@link Fault#HASH} the next call goes on behind that entry, trusting the hash that
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
                case EntryWriter.DELIVERY -> delivery(sequence, time, body);
                case EntryWriter.EVENT -> new Entry.Event(sequence, time, text(body), text(body), text(body),
                        text(body));
                case EntryWriter.CHECKPOINT -> {
                    byte[] signature = new byte[Checkpoint.SIGNATURE];
                    body.get(signature);
                    yield new Entry.Signed(new Checkpoint(header.segment(), sequence, time,
                            new Digest(before.clone()), header.keyId(), signature));
                }
                case EntryWriter.SEAL -> new Entry.Seal(sequence, time, digest(body));
                default -> null;
            };
            return body.hasRemaining() ? null : entry;
        } catch (java.nio.BufferUnderflowException | IOException | IllegalArgumentException e) {
            return null;
        }
    }

    private static Entry.@Nullable Delivery delivery(long sequence, Instant time, ByteBuffer body)
            throws IOException {
        long micros = Integer.toUnsignedLong(body.getInt());
        Outcome outcome = Outcome.of(body.get());
        long size = Integer.toUnsignedLong(body.getInt());
        Digest digest = digest(body);
        int flags = body.get();
        Digest clientCertificate = (flags & EntryWriter.CLIENT_CERTIFICATE) != 0 ? digest(body) : null;
        Digest serverCertificate = (flags & EntryWriter.SERVER_CERTIFICATE) != 0 ? digest(body) : null;
        InetSocketAddress client = address(body);
        InetSocketAddress server = address(body);
        String policy = text(body);
        String id = text(body);
        return outcome == null
                ? null
                : new Entry.Delivery(sequence, time, Duration.ofNanos(1000 * micros), outcome, size, digest,
                        (flags & EntryWriter.RECEIPT) != 0, clientCertificate, serverCertificate, client, server,
                        policy, id);
    }

    private static Digest digest(ByteBuffer body) {
        byte[] bytes = new byte[Digest.LENGTH];
        body.get(bytes);
        return new Digest(bytes);
    }

    private static InetSocketAddress address(ByteBuffer body) throws IOException {
        byte[] address = new byte[body.get() & 0xff];
        body.get(address);
        return new InetSocketAddress(InetAddress.getByAddress(address), body.getShort() & 0xffff);
    }

    private static String text(ByteBuffer body) throws CharacterCodingException {
        int length = body.getShort() & 0xffff;
        if (length > body.remaining()) {
            throw new IllegalArgumentException("beyond the end");
        }
        ByteBuffer text = body.slice(body.position(), length);
        body.position(body.position() + length);
        return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(text).toString();
    }
}
