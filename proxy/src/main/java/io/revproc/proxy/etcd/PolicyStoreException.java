package io.revproc.proxy.etcd;

/** Says in a sentence for a person why policies were not changed in etcd. */
public final class PolicyStoreException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** Somebody else changed them meanwhile. */
        CONFLICT,
        /** They are more than etcd takes at once. */
        TOO_LARGE,
        /** etcd can't be reached, or takes nothing now. It may have taken them: look at the version. */
        UNAVAILABLE
    }

    private final Kind kind;

    PolicyStoreException(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
