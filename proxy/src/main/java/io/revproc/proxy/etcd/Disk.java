package io.revproc.proxy.etcd;

import java.io.IOException;

/** A place on this machine's disk for some bytes. Called by one thread at a time. */
public interface Disk {
    /** Keeps nothing. */
    Disk NONE = new Disk() {
        @Override
        public byte[] read() {
            return new byte[0];
        }

        @Override
        public void write(byte[] bytes) {
            // kept nowhere
        }
    };

    /** Returns what was written last; empty if there is nothing that can be used. */
    byte[] read();

    /** Replaces what was written before; it is on the disk when this returns. */
    void write(byte[] bytes) throws IOException;
}
