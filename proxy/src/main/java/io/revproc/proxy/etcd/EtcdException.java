package io.revproc.proxy.etcd;

/** Something is wrong with etcd, or with the way to it; the message is half a sentence for a log line. */
final class EtcdException extends Exception {
    private final EtcdFailure.Kind kind;

    EtcdException(String why) {
        this(new EtcdFailure(EtcdFailure.Kind.GONE, why));
    }

    EtcdException(EtcdFailure failure) {
        super(failure.reason(), null, false, false);
        this.kind = failure.kind();
    }

    EtcdFailure.Kind kind() {
        return kind;
    }
}
