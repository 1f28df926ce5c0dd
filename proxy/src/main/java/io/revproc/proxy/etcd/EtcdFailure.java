package io.revproc.proxy.etcd;

import java.util.concurrent.TimeoutException;

import io.etcd.jetcd.common.exception.EtcdExceptionFactory;

/**
 * The failure of a request to etcd, by the code of its answer; its text is for people only.
 *
 * @param reason half a sentence, without a stack trace and without what was sent
 */
record EtcdFailure(Kind kind, String reason) {
    /** The consequence of the failure. */
    enum Kind {
        /** The lease is over: what hung on it is gone. */
        LEASE_OVER,
        /** etcd takes no writes now, for want of space or because it has too much to do; reading goes on. */
        FULL,
        /** etcd will not take this write, however often it is tried. */
        REFUSED,
        /** The member, or the way to it, is gone: another one may do. */
        GONE
    }

    static EtcdFailure of(Throwable error) {
        Throwable root = root(error);
        if (root instanceof TimeoutException) {
            return new EtcdFailure(Kind.GONE, "no answer in time");
        }
        var said = EtcdExceptionFactory.toEtcdException(root);
        Kind kind = switch (said.getErrorCode()) {
            case NOT_FOUND -> Kind.LEASE_OVER;
            case RESOURCE_EXHAUSTED -> Kind.FULL;
            case PERMISSION_DENIED, INVALID_ARGUMENT, OUT_OF_RANGE -> Kind.REFUSED;
            default -> Kind.GONE;
        };
        return new EtcdFailure(kind, reason(said));
    }

    /** Half a sentence about any error. */
    static String reason(Throwable error) {
        Throwable root = root(error);
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }

    private static Throwable root(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }
}
