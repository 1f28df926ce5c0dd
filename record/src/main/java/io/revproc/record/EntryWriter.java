package io.revproc.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.tlog.TreeBuilder;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries one behind the other into an array and grows the log's tree with them. Allocates nothing per delivery once the array
 * has its size. Not thread-safe.
 */
public final class EntryWriter {
    static final int DELIVERY = 1;
    static final int EVENT = 2;
    static final int CHECKPOINT = 3;
    static final int SEAL = 4;
    static final int CLIENT_CERTIFICATE = 1;
    static final int SERVER_CERTIFICATE = 2;
    static final int RECEIPT = 4;
    static final int GRANT = 16;
    static final int WIDENED = 8;
    /** Bytes that an event's text is cut at. */
    static final int MAX_TEXT = 512;
    /** No entry is larger. */
    public static final int MAX_ENTRY = 4096;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** The fields of a delivery's entry. Reused for each entry. */
    public static final class DeliveryData {
        public long millis;
        /** From handing over to the outcome. */
        public int micros;
        public int outcome;
        /** Of the client's message, in bytes. */
        public int size;
        /** The entry's digest of the client's message ({@link Salts}), most significant first. */
        public long digest0;
        public long digest1;
        public long digest2;
        public long digest3;
        public long nonce;
        /** Whether the client wants a receipt. */
        public boolean receipt;
        public byte @Nullable [] clientCertificate;
        public byte @Nullable [] serverCertificate;
        public byte[] client = {};
        public int clientPort;
        /** Of {@link #server}. */
        public byte[] server = {};
        /** Whether that names a grant. */
        public boolean granted;
        /** The name of the policy that the message asked for where the server is one of a narrower policy; else null. */
        public byte @Nullable [] asked;
    }

    private final String origin;
    private final TreeBuilder tree = new TreeBuilder();
    private final TreeHasher hasher = new TreeHasher();
    private byte[] out;
    private int end;
    private int start;
    /** Whether the entry at {@link #start} is not finished. */
    private boolean open;

    /**
     * @param capacity bytes at first; it grows
     * @param origin   names the log
     */
    public EntryWriter(int capacity, String origin) {
        out = new byte[Math.max(capacity, MAX_ENTRY)];
        this.origin = origin;
    }

    /**
     * Goes on behind so many entries.
     *
     * @param frontier of their tree
     */
    public void start(long size, List<byte[]> frontier) {
        tree.start(size, frontier);
    }

    /** Returns the log's tree, whose batch are the entries since the last {@link #committed}. */
    public TreeBuilder tree() {
        return tree;
    }

    /** Returns how many entries the log has, which is the next one's index. */
    public long size() {
        return tree.size();
    }

    /** Returns the bytes since the last {@link #committed}, from 0 to {@link #length}. */
    public byte[] array() {
        return out;
    }

    public int length() {
        return end;
    }

    /**
     * Begins the next batch: what there was is written.
     *
     * @param sink hears of each node of the tree that it completed
     */
    public void committed(TreeBuilder.NodeSink sink) {
        tree.commit(sink);
        end = 0;
        open = false;
    }

    /** Forgets the batch: it could not be written. */
    public void rollBack() {
        tree.rollBack();
        end = 0;
        open = false;
    }

    /** Takes back an entry of which only a part was added, since that failed; does nothing if there is none. */
    public void undo() {
        if (open) {
            open = false;
            end = start;
        }
    }

    /** Returns what a delivery says of the server, which needed no grant. */
    public static byte[] server(byte[] address, int port, String policy, String id) {
        return server(address, port, policy, id, null);
    }

    /** Returns what a delivery says of the server. @param grant that it registered under; null: it needed none */
    public static byte[] server(byte[] address, int port, String policy, String id, @Nullable String grant) {
        byte[] policyText = policy.getBytes(StandardCharsets.UTF_8);
        byte[] idText = id.getBytes(StandardCharsets.UTF_8);
        byte[] grantText = (grant == null ? "" : grant).getBytes(StandardCharsets.UTF_8);
        ByteBuffer server = ByteBuffer
                .allocate(1 + address.length + 2 + 2 + policyText.length + 2 + idText.length
                        + (grant == null ? 0 : 2 + grantText.length))
                .put((byte) address.length).put(address).putShort((short) port).putShort((short) policyText.length)
                .put(policyText).putShort((short) idText.length).put(idText);
        if (grant != null) {
            server.putShort((short) grantText.length).put(grantText);
        }
        return server.array();
    }

    /** Adds a delivery. */
    public void delivery(DeliveryData data) {
        begin(DELIVERY, data.millis);
        int at = end;
        INT.set(out, at, data.micros);
        out[at + 4] = (byte) data.outcome;
        INT.set(out, at + 5, data.size);
        LONG.set(out, at + 9, data.digest0);
        LONG.set(out, at + 17, data.digest1);
        LONG.set(out, at + 25, data.digest2);
        LONG.set(out, at + 33, data.digest3);
        LONG.set(out, at + 41, data.nonce);
        int flags = at + 49;
        out[flags] = (byte) ((data.receipt ? RECEIPT : 0) | (data.granted ? GRANT : 0)
                | (data.asked != null ? WIDENED : 0));
        end = at + 50;
        certificate(data.clientCertificate, flags, CLIENT_CERTIFICATE);
        certificate(data.serverCertificate, flags, SERVER_CERTIFICATE);
        out[end++] = (byte) data.client.length;
        bytes(data.client);
        number(data.clientPort);
        bytes(data.server);
        if (data.asked != null) {
            number(data.asked.length);
            bytes(data.asked);
        }
        leaf();
    }

    /** Returns the leaf of the entry that was added last, which is no checkpoint or seal. */
    public byte[] lastLeaf() {
        return Arrays.copyOfRange(out, start + 2, end - Entry.Digest.LENGTH);
    }

    /** Adds an event; texts are cut at {@value #MAX_TEXT} bytes. */
    public void event(long millis, String action, String who, String subject, String detail) {
        begin(EVENT, millis);
        text(action);
        text(who);
        text(subject);
        text(detail);
        leaf();
    }

    /** Signs all that was written so far, and adds that. */
    public Checkpoint checkpoint(SigningKey key, long segment, long millis) {
        Checkpoint checkpoint = Checkpoint.sign(key, segment, millis,
                new TreeHead(origin, tree.size(), tree.root()));
        begin(CHECKPOINT, millis);
        List<byte[]> frontier = tree.frontier();
        out[end++] = (byte) frontier.size();
        frontier.forEach(this::bytes);
        byte[] note = checkpoint.note().bytes();
        number(note.length);
        bytes(note);
        finish();
        return checkpoint;
    }

    /**
     * Adds a seal.
     *
     * @param mac 32 bytes
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
        LONG.set(out, start + 3, tree.size());
        LONG.set(out, start + 11, millis);
        end = start + 19;
    }

    /** Ends a checkpoint or a seal: a hash guards it, and it is not in the tree. */
    private void finish() {
        hasher.leafInPlace(out, start + 2, end, out, end);
        close();
    }

    private void leaf() {
        tree.addInPlace(out, start + 2, end, out, end);
        close();
    }

    private void close() {
        int length = end - start - 2;
        out[start] = (byte) (length >>> 8);
        out[start + 1] = (byte) length;
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
