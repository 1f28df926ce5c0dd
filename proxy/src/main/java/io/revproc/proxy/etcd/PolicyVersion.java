package io.revproc.proxy.etcd;

import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One version of the policies and grants that several proxies share.
 *
 * @param version grows by one with each change
 * @param author  who answers for it
 * @param by      the account that applied it
 * @param at      when, by the clock of the proxy that was asked
 * @param sha256  of its text, in hexadecimal
 */
public record PolicyVersion(long version, String author, String by, Instant at, String sha256) {
    public PolicyVersion {
        Objects.requireNonNull(author);
        Objects.requireNonNull(by);
        Objects.requireNonNull(at);
        Objects.requireNonNull(sha256);
    }

    /** What a version that etcd has means for the one that is in force here. */
    enum Meaning {
        /** It is in force. */
        SAME,
        /** It is to be put in force. */
        NEWER,
        /** etcd has lost the one that is in force: what it has may grant again what was taken away. */
        OLDER,
        /** etcd has none, and never had. */
        NONE,
        /** etcd has none any more. */
        GONE
    }

    /**
     * Returns what a version means.
     *
     * @param inForce the one that is in force here; null: none of etcd's
     * @param found   the one that etcd has; null: none
     */
    static Meaning meaning(@Nullable PolicyVersion inForce, @Nullable PolicyVersion found) {
        if (found == null) {
            return inForce == null ? Meaning.NONE : Meaning.GONE;
        }
        if (inForce == null || found.version > inForce.version) {
            return Meaning.NEWER;
        }
        return found.equals(inForce) ? Meaning.SAME : Meaning.OLDER;
    }
}
