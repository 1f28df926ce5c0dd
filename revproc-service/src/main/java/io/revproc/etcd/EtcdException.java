package io.revproc.etcd;

/** Something is wrong with etcd, or with the way to it; the message is half a sentence for a log line. */
final class EtcdException extends Exception {
    EtcdException(String why) {
        super(why, null, false, false);
    }
}
