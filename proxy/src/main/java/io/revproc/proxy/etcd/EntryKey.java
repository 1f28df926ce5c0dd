package io.revproc.proxy.etcd;

import io.revproc.wire.Ident;

/** The key of an entry of the switch table. */
record EntryKey(Ident policy, Ident id) {
    @Override
    public String toString() {
        return policy + "/" + id;
    }
}
