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
        /** The proxy reads from etcd and writes to it. */
        IN_STEP("in-step"),
        /** The proxy reads from etcd, but etcd takes no writes: registrations at this proxy stay unknown to others. */
        FULL("full"),
        /** Neither: it routes by the last table. */
        LOST("lost");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** Returns the state's name, as in health and log. */
        public String word() {
            return word;
        }
    }

    /** Returns whether changes in etcd come in. */
    public boolean connected() {
        return state != State.LOST;
    }
}
