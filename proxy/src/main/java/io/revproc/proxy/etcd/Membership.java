package io.revproc.proxy.etcd;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.revproc.proxy.etcd.EtcdFailure.Kind;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This proxy's place among those that share the table: its lease, its sign of life, and whether etcd takes writes of it. Outlives the
 * sessions. Belongs to the store's thread.
 */
final class Membership {
    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final Keys keys;
    private final String proxy;
    private final Duration ttl;
    private final Replica replica;
    private final WriteGate gate;
    /** 0: none. */
    private long lease;
    private boolean leaseOver;

    Membership(Keys keys, String proxy, Duration ttl, Replica replica) {
        this.keys = keys;
        this.proxy = proxy;
        this.ttl = ttl;
        this.replica = replica;
        this.gate = new WriteGate(ThreadLocalRandom.current()::nextDouble);
    }

    String key() {
        return keys.proxy(proxy);
    }

    Duration ttl() {
        return ttl;
    }

    /** Returns this proxy's lease; 0 if it has none. */
    long lease() {
        return lease;
    }

    void lease(long granted) {
        lease = granted;
    }

    /** Ends the session, since the lease is over: what hung on it is gone. */
    void ends() throws EtcdException {
        leaseOver = true;
        throw new EtcdException("it did not hear of this proxy for too long");
    }

    /** Ends the session. */
    void breaks(EtcdFailure failure) throws EtcdException {
        leaseOver |= failure.kind() == Kind.LEASE_OVER;
        throw new EtcdException(failure);
    }

    /** Returns whether a lease was over since this was asked last. */
    boolean wasOver() {
        boolean over = leaseOver;
        leaseOver = false;
        return over;
    }

    WriteGate gate() {
        return gate;
    }

    /** Returns whether etcd takes writes that need room. */
    boolean writes() {
        return gate.open() && lease != 0;
    }

    /** Has a lease that lives, if etcd gives one; without, the table is read and nothing is written. */
    void join(EtcdLink link) throws EtcdException, InterruptedException {
        if (lease != 0 && !leaseOver && link.holds(lease)) {
            return;
        }
        if (lease != 0) {
            // A lease that ran out is not gone yet: what goes with it is not to go later, as if somebody had taken it out.
            link.revoke(lease);
            leaseOver = true;
            lease = 0;
        }
        try {
            lease = link.await(link.grant(ttl));
        } catch (EtcdException e) {
            shutIfFull(link, e);
        }
    }

    /**
     * Writes the sign of life before the table is read: whoever asks the proxies that are there what they route by asks this one too,
     * or has asked before it read the table.
     *
     * @return etcd's revision before that
     */
    long showLife(EtcdLink link) throws EtcdException, InterruptedException {
        Outcome sign = link.await(link.look(key()));
        if (!sign.done() && writes()) {
            try {
                link.await(link.write(signOfLife(lease)));
            } catch (EtcdException e) {
                shutIfFull(link, e);
            }
        }
        return sign.revision();
    }

    private void shutIfFull(EtcdLink link, EtcdException failure) throws EtcdException {
        if (failure.kind() != Kind.FULL) {
            throw failure;
        }
        shut(link, String.valueOf(failure.getMessage()));
    }

    /** Returns the sign of life, which stays as long as the lease. */
    Write signOfLife(long by) {
        return new Write(key(), -1, Settlements.SIGN, by, null);
    }

    /** Notes that etcd took no write, for want of room. */
    void shut(EtcdLink link, String reason) {
        if (gate.shut(reason, System.nanoTime())) {
            log.warn("event=store_full endpoint={} reason={} following={} pending={}",
                    LogValue.of(link.endpoint().toString()), LogValue.of(reason), replica.revision() != 0,
                    replica.waiting());
        }
    }

    /** Notes that etcd took a write that needs room. */
    void opened(EtcdLink link) {
        if (gate.opened()) {
            log.info("event=store_writable endpoint={} pending={}", LogValue.of(link.endpoint().toString()),
                    replica.waiting());
        }
    }
}
