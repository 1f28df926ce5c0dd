package io.revproc.proxy.audit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

import io.revproc.record.Entry;
import io.revproc.record.Entry.Digest;
import io.revproc.record.SigningKey;

/**
 * Makes the seals of a record and knows them again: HMAC-SHA-256 of where the seal stands and of the root of the log's tree. A
 * signature at the end of every write would take too long; this takes about a microsecond. Not thread-safe.
 */
final class Seals {
    private static final String PURPOSE = "revproc-audit-seal-2";

    private final KeyedDigest keyed;
    private final ByteBuffer message = ByteBuffer.allocate(3 * Long.BYTES + Digest.LENGTH);
    private final byte[] mac = new byte[Digest.LENGTH];

    Seals(SigningKey key) {
        keyed = new KeyedDigest(key.derive(PURPOSE));
    }

    /**
     * Returns the seal's code, in an array that the next call overwrites.
     *
     * @param size of the log before the seal
     * @param root of its tree
     */
    byte[] mac(long segment, long size, long millis, byte[] root) {
        message.clear().putLong(segment).putLong(size).putLong(millis).put(root);
        keyed.digest(message.array(), 0, message.capacity(), mac);
        return mac;
    }

    /** Returns whether a seal was made with this key, for this place and for all that comes before. */
    boolean proves(long segment, Entry.Seal seal, byte[] root) {
        return MessageDigest.isEqual(seal.mac().bytes(),
                mac(segment, seal.sequence(), seal.time().toEpochMilli(), root));
    }
}
