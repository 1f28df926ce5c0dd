package io.revproc.etcd;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How it stands between this proxy and etcd.
 *
 * @param connected whether the table is in step with etcd now
 * @param endpoint  the member that is asked
 * @param since     how long it has been so
 * @param reason    why not, half a sentence; null if it is
 * @param revision  etcd's revision that the table is at; 0: none yet
 * @param pending   changes made here that etcd has yet to hear of
 * @param lag       how long the last change took to etcd and back
 * @param reloads   how often the whole table was read
 */
public record EtcdStatus(boolean connected, String endpoint, Duration since, @Nullable String reason, long revision,
        int pending, Duration lag, long reloads) {}
