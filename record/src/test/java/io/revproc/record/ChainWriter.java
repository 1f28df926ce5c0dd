package io.revproc.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Puts entries one behind the other into an array and carries the chain on. Allocates nothing per delivery once the array has
 * its size. Not thread-safe.
 */
public final class ChainWriter {
    static final int DELIVERY = 1;
    static final int EVENT = 2;
    static final int CHECKPOINT = 3;
    static final int SEAL = 4;
    static final int CLIENT_CERTIFICATE = 1;
    static final int SERVER_CERTIFICATE = 2;
    static final int RECEIPT = 4;
    /** Bytes that an event's text is cut at. */
    static final int MAX_TEXT = 512;
    /** No entry is larger. */
    public static final int MAX_ENTRY = 4096;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final Chain chain = new Chain();
    private byte[] out;
    private int end;
    private int start;
    /** Whether the entry at {@link #start} is not finished. */
    private boolean open;
    private long sequence = 1;

    /** @param capacity bytes at first; it grows */
    public ChainWriter(int capacity) {
        out = new byte[Math.max(capacity, MAX_ENTRY)];
    }

    /** Goes on behind an entry, or behind a segment's header. */
    public void start(long nextSequence, byte[] chainHash) {
        sequence = nextSequence;
        chain.start(chainHash);
    }

    /** The sequence of the next entry. */
    public long nextSequence() {
        return sequence;
    }

    /** The chain's hash behind the last entry; changes with the next one. */
    public byte[] hash() {
        return chain.hash();
    }

    /** The entries since the last {@link #clear}, from 0 to {@link #length}. */
    public byte[] array() {
        return out;
    }

    public int length() {
        return end;
    }

    public void clear() {
        end = 0;
        open = false;
    }

    /** Takes back an entry of which only a part was added, since that failed; does nothing if there is none. */
    public void undo() {
        if (open) {
            open = false;
            end = start;
            sequence--;
        }
    }

    /** What a delivery says of the server, for {@link #delivery}. */
    public static byte[] server(byte[] address, int port, String policy, String id) {
        byte[] policyText = policy.getBytes(StandardCharsets.UTF_8);
        byte[] idText = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + address.length + 2 + 2 + policyText.length + 2 + idText.length)
                .put((byte) address.length).put(address).putShort((short) port).putShort((short) policyText.length)
                .put(policyText).putShort((short) idText.length).put(idText).array();
    }

    /**
     * Adds a delivery.
     *
     * @param micros from handing over to the outcome
     * @param server of {@link #server}
     */
    public void delivery(long millis, int micros, int outcome, int size, long digest0, long digest1, long digest2,
            long digest3, boolean receipt, byte @Nullable [] clientCertificate, byte @Nullable [] serverCertificate,
            byte[] client, int clientPort, byte[] server) {
        begin(DELIVERY, millis);
        int at = end;
        INT.set(out, at, micros);
        out[at + 4] = (byte) outcome;
        INT.set(out, at + 5, size);
        LONG.set(out, at + 9, digest0);
        LONG.set(out, at + 17, digest1);
        LONG.set(out, at + 25, digest2);
        LONG.set(out, at + 33, digest3);
        int flags = at + 41;
        out[flags] = (byte) (receipt ? RECEIPT : 0);
        end = at + 42;
        certificate(clientCertificate, flags, CLIENT_CERTIFICATE);
        certificate(serverCertificate, flags, SERVER_CERTIFICATE);
        out[end++] = (byte) client.length;
        bytes(client);
        number(clientPort);
        bytes(server);
        finish();
    }

    /** Adds an event; texts are cut at {@value #MAX_TEXT} bytes. */
    public void event(long millis, String action, String who, String subject, String detail) {
        begin(EVENT, millis);
        text(action);
        text(who);
        text(subject);
        text(detail);
        finish();
    }

    /** Signs all that was written so far, and adds that. */
    public ChainCheckpoint checkpoint(SigningKey key, long segment, long millis) {
        ChainCheckpoint checkpoint = ChainCheckpoint.sign(key, segment, sequence, millis, chain.hash());
        begin(CHECKPOINT, millis);
        bytes(checkpoint.signature());
        finish();
        return checkpoint;
    }

    /**
     * Adds a seal.
     *
     * @param mac of {@link #nextSequence} and {@link #hash}, 32 bytes
     */
    public void seal(long millis, byte[] mac) {
        begin(SEAL, millis);
        bytes(mac);
        finish();
    }

    private void begin(int type, long millis) {
        if (out.length - end < MAX_ENTRY) {
            out = Arrays.copyOf(out, 2 * out.length);
        }
        start = end;
        open = true;
        out[start + 2] = (byte) type;
        LONG.set(out, start + 3, sequence++);
        LONG.set(out, start + 11, millis);
        end = start + 19;
    }

    private void finish() {
        int length = end - start - 2;
        out[start] = (byte) (length >>> 8);
        out[start + 1] = (byte) length;
        System.arraycopy(chain.add(out, start, end), 0, out, end, Entry.Digest.LENGTH);
        end += Entry.Digest.LENGTH;
        open = false;
    }

    private void certificate(byte @Nullable [] fingerprint, int flags, int flag) {
        if (fingerprint != null && fingerprint.length == Entry.Digest.LENGTH) {
            out[flags] |= (byte) flag;
            bytes(fingerprint);
        }
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, MAX_TEXT);
        while (length < utf8.length && (utf8[length] & 0xc0) == 0x80) {
            length--;
        }
        number(length);
        System.arraycopy(utf8, 0, out, end, length);
        end += length;
    }

    private void number(int value) {
        out[end++] = (byte) (value >>> 8);
        out[end++] = (byte) value;
    }

    private void bytes(byte[] bytes) {
        System.arraycopy(bytes, 0, out, end, bytes.length);
        end += bytes.length;
    }
}
