package io.revproc.proxy.etcd;

import io.revproc.wire.Ident;

/** Which entry of the switch table. */
record EntryKey(Ident policy, Ident id) {
    @Override
    public String toString() {
        return policy + "/" + id;
    }
}
