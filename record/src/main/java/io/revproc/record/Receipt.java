package io.revproc.record;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TlogProof;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;

/**
 * A receipt for a client: a proof (C2SP tlog-proof) that the record says that a server was handed its message.
 * The proof's extra data is a version, the salt and the entry, so that its holder can compute the entry's hash, and what the entry
 * holds for his message, by himself.
 *
 * @param delivery the entry
 * @param salt     that hides the message in it
 * @param proof    of the entry
 * @param head     what the proof's checkpoint says
 */
public record Receipt(Entry.Delivery delivery, byte[] salt, TlogProof proof, TreeHead head) {
    /** No receipt is longer, in bytes. */
    public static final int MAX_LENGTH = 8192;

    private static final byte VERSION = 1;

    /** Returns the extra data of a receipt. */
    public static byte[] extra(byte[] salt, byte[] leaf) {
        return ByteBuffer.allocate(1 + salt.length + leaf.length).put(VERSION).put(salt).put(leaf).array();
    }

    /**
     * Reads a receipt and checks that its entry is in the tree of its checkpoint, and that this is signed.
     *
     * @param keys of the log; any of them may have signed
     * @throws IllegalArgumentException if it is none, or not the key's; the message says so
     */
    public static Receipt verify(byte[] text, Collection<VerifyingKey> keys) {
        Receipt receipt = read(text);
        for (VerifyingKey key : keys) {
            if (key.isOf(receipt.head.origin())
                    && receipt.proof.checkpoint().isSignedBy(key.noteKey(receipt.head.origin()))) {
                return receipt;
            }
        }
        throw new IllegalArgumentException("its checkpoint is not signed by the key: the receipt is of another proxy");
    }

    /**
     * Reads a receipt and checks that its entry says that a server answered, and is in the tree of its checkpoint; whose that is has to be asked of
     * {@link #signers}.
     *
     * @throws IllegalArgumentException if it is none; the message says so
     */
    public static Receipt read(byte[] text) {
        if (text.length > MAX_LENGTH) {
            throw new IllegalArgumentException("it is too long for a receipt");
        }
        TlogProof proof = TlogProof.parse(text);
        byte[] extra = proof.extra();
        int from = 1 + Salts.LENGTH;
        if (extra.length <= from || extra[0] != VERSION) {
            throw new IllegalArgumentException("it holds no entry");
        }
        byte[] leaf = Arrays.copyOfRange(extra, from, extra.length);
        TreeHead head = proof.headWith(new TreeHasher().leaf(leaf));
        if (!(EntryParser.leaf(ByteBuffer.wrap(leaf)) instanceof Entry.Delivery delivery)
                || delivery.sequence() != proof.index()) {
            throw new IllegalArgumentException("its entry is not a delivery");
        }
        if (delivery.outcome() != Outcome.ANSWERED) {
            throw new IllegalArgumentException(
                    "its entry says " + delivery.outcome() + ": no server answered the message");
        }
        return new Receipt(delivery, Arrays.copyOfRange(extra, 1, from), proof, head);
    }

    /** Returns which of some keys signed its checkpoint. @throws IllegalArgumentException if a signature of theirs is false */
    public List<NoteKey> signers(Collection<NoteKey> keys) {
        return keys.stream().filter(proof.checkpoint()::isSignedBy).toList();
    }

    /** Returns the entry as it stands in the log: a leaf. */
    public byte[] leaf() {
        byte[] extra = proof.extra();
        return Arrays.copyOfRange(extra, 1 + Salts.LENGTH, extra.length);
    }

    /** Returns whether these are the bytes of the message that the receipt is for. */
    public boolean isFor(byte[] message) {
        return message.length == delivery.size() && delivery.digest().equals(Salts.hidden(salt, message));
    }

    /** Returns it for JSON. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("log", head.origin());
        fields.put("index", proof.index());
        fields.put("size", head.size());
        fields.put("time", delivery.time().toString());
        fields.put("outcome", delivery.outcome().name());
        fields.put("policy", delivery.policy());
        if (delivery.asked() != null) {
            fields.put("asked", delivery.asked());
        }
        fields.put("server", delivery.serverId());
        fields.put("address", address(delivery.server()));
        fields.put("bytes", delivery.size());
        return fields;
    }

    private static String address(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Writes receipts of one checkpoint, as they stand in a JSON string: with {@code \n} for each newline. Not thread-safe. */
    public static final class Printer {
        private static final byte[] NEWLINE = {'\\', 'n'};

        private final byte[] checkpoint;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(2048);

        /** @param checkpoint of all of them */
        public Printer(Checkpoint checkpoint) {
            this.checkpoint = checkpoint.note().toString().replace("\n", "\\n")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        /** Returns a receipt. */
        public byte[] print(byte[] salt, byte[] leaf, long index, List<byte[]> hashes) {
            Base64.Encoder base64 = Base64.getEncoder();
            out.reset();
            ascii("c2sp.org/tlog-proof@v1\\nextra ");
            out.writeBytes(base64.encode(extra(salt, leaf)));
            ascii("\\nindex " + index + "\\n");
            for (byte[] hash : hashes) {
                out.writeBytes(base64.encode(hash));
                out.writeBytes(NEWLINE);
            }
            out.writeBytes(NEWLINE);
            out.writeBytes(checkpoint);
            return out.toByteArray();
        }

        private void ascii(String text) {
            out.writeBytes(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }
}
