package io.revproc.record;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import io.revproc.record.tlog.Note;
import org.jspecify.annotations.Nullable;

/** One entry of the record, as it was read. */
public sealed interface Entry {
    /**
     * Returns its number. Deliveries and events count from 0: it is their index in the log. Of checkpoints and seals, which are not
     * in the log, it is how many entries come before. In the earlier format all entries count from 1.
     */
    long sequence();

    /** Returns when it was taken down, to the millisecond. */
    Instant time();

    /**
     * A message that a server was handed.
     *
     * @param duration          from handing over to the outcome; at most about 71 minutes
     * @param size              bytes of the client's message
     * @param digest            SHA-256 of a secret salt and the client's message ({@link Salts}); in the earlier format its HMAC
     * @param nonce             that the salt follows from; 0 in the earlier format
     * @param receipt           whether the client wanted a receipt
     * @param clientCertificate SHA-256 of the certificate that the client showed; null if it showed none
     * @param serverCertificate the same of the server
     * @param policy            the server's, which is the message's but where {@code asked} says another one
     * @param asked             the message's policy, if the server is one of a narrower policy that may serve it; else null
     * @param grant             the grant that the server had registered under; null if it needed none, and in the earlier format
     */
    record Delivery(long sequence, Instant time, Duration duration, Outcome outcome, long size, Digest digest,
            long nonce,
            boolean receipt, @Nullable Digest clientCertificate, @Nullable Digest serverCertificate,
            InetSocketAddress client, InetSocketAddress server, String policy, String serverId,
            @Nullable String asked, @Nullable String grant) implements Entry {
        /** Of a message that a server of its own policy was handed, which needed no grant. */
        public Delivery(long sequence, Instant time, Duration duration, Outcome outcome, long size, Digest digest,
                long nonce, boolean receipt, @Nullable Digest clientCertificate, @Nullable Digest serverCertificate,
                InetSocketAddress client, InetSocketAddress server, String policy, String serverId) {
            this(sequence, time, duration, outcome, size, digest, nonce, receipt, clientCertificate, serverCertificate,
                    client, server, policy, serverId, null, null);
        }
    }

    /** Something that a person, a server or the record itself did. The parameters are those of the proxy's audit trail. */
    record Event(long sequence, Instant time, String action, String who, String subject,
            String detail) implements Entry {
        /** The action that says that old segments were removed; the subject is {@code FIRST-LAST}. */
        public static final String SEGMENTS_REMOVED = "segments-removed";
        /** The action that says that bytes of an unfinished write were put aside. */
        public static final String RECOVERED = "recovered";
        /** The action that says that entries which the proxy can't prove to be its own were put aside; the subject is their number. */
        public static final String UNPROVEN = "unproven-put-aside";
        /** The action that says that entries which the proxy had signed were gone at its start; the subject is {@code FIRST-LAST}. */
        public static final String CUT = "entries-gone";
        /** The action that says that the record goes on under another key; the subject is the earlier key's id. */
        public static final String KEY_REPLACED = "key-replaced";
        /** The action that says that a record of the earlier format goes on as this log; the detail is the chain's hash at its end. */
        public static final String CONTINUES_CHAIN = "continues-chain";
        /** The action that says that deliveries are missing here; the detail is their number. */
        public static final String RECORDS_LOST = "records-lost";
    }

    /**
     * A signature over all that comes before: a checkpoint of C2SP tlog-checkpoint.
     *
     * @param sequence how many entries the log had
     * @param frontier roots of the complete subtrees that the log's tree consisted of, the largest first
     */
    record Checkpointed(long sequence, Instant time, Note note, List<byte[]> frontier) implements Entry {}

    /** A signature over all that comes before, in the earlier format. */
    record Signed(ChainCheckpoint checkpoint) implements Entry {
        @Override
        public long sequence() {
            return checkpoint.sequence();
        }

        @Override
        public Instant time() {
            return checkpoint.time();
        }
    }

    /**
     * Written behind what no checkpoint covers yet: by it a proxy that starts again knows its own entries from those that somebody
     * else added. Nobody without the proxy's key can make one, or say whether it is right.
     *
     * @param mac of what comes before it, under a key that only the proxy has
     */
    record Seal(long sequence, Instant time, Digest mac) implements Entry {}

    /** 32 bytes of a SHA-256. */
    record Digest(byte[] bytes) {
        public static final int LENGTH = 32;

        public Digest {
            if (bytes.length != LENGTH) {
                throw new IllegalArgumentException("a digest has 32 bytes");
            }
        }

        /** @throws IllegalArgumentException if it is not 64 hexadecimal digits */
        public static Digest of(String hex) {
            try {
                return new Digest(HexFormat.of().parseHex(hex));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("a digest has 64 hexadecimal digits", e);
            }
        }

        public String hex() {
            return HexFormat.of().formatHex(bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Digest digest && Arrays.equals(bytes, digest.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return hex();
        }
    }
}
