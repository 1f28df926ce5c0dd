package io.revproc.proxy.etcd;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How it stands between this proxy and etcd.
 *
 * @param state    whether the table is in step with etcd now
 * @param endpoint the member that is asked
 * @param since    how long it has been so
 * @param reason   why it is not in step, half a sentence; null if it is
 * @param revision etcd's revision that the table is at; 0: none yet
 * @param pending  changes made here that etcd does not have yet
 * @param lag      how long the last sign of life took to etcd and back by the watch
 * @param reloads  how often the whole table was read
 * @param resets   how often etcd had lost its table, or part of it, and was told again
 */
public record EtcdStatus(State state, String endpoint, Duration since, @Nullable String reason, long revision,
        int pending, Duration lag, long reloads, long resets) {
    /** The state of the connection to etcd. */
    public enum State {
        /** It reads and writes. */
        IN_STEP("in-step"),
        /** It reads, and etcd takes no writes: what is set up here stays here. */
        FULL("full"),
        /** Neither: it routes by the last table. */
        LOST("lost");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** As health and log have it. */
        public String word() {
            return word;
        }
    }

    /** Returns whether changes in etcd come in. */
    public boolean connected() {
        return state != State.LOST;
    }
}
