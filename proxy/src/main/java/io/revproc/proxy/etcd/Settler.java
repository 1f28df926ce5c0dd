package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;

import io.revproc.proxy.etcd.EtcdFailure.Kind;
import io.revproc.proxy.etcd.EtcdLink.Write;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the other proxies for what {@link Settlements} waits for, and answers them. Of one session; belongs to the store's thread. */
final class Settler {
    private static final Logger log = LoggerFactory.getLogger(Settler.class);

    private final EtcdLink link;
    private final Session.Parts parts;
    private final Arrivals arrivals;

    Settler(EtcdLink link, Session.Parts parts, Arrivals arrivals) {
        this.link = link;
        this.parts = parts;
        this.arrivals = arrivals;
    }

    void settle() {
        Settlements settlements = parts.settlements();
        Replica replica = parts.replica();
        boolean room = parts.membership().writes();
        if (!room) {
            settlements.failAll();
        }
        boolean ask = room && settlements.ask(newest -> replica.committed(newest.spec()));
        long acknowledge = room ? settlements.acknowledge(replica.decided()) : 0;
        settlements.decide(System.nanoTime());
        if (ask) {
            ask(settlements, replica);
        }
        if (acknowledge > 0) {
            acknowledge(settlements, acknowledge);
        }
        tell(settlements);
    }

    private void ask(Settlements settlements, Replica replica) {
        arrivals.then(link.write(mark(parts.keys().settling(parts.proxy()), Settlements.QUESTION)), outcome -> {
            replica.sameCluster(outcome.clusterId());
            settlements.asked(outcome.revision());
        }, failure -> {
            settlements.notAsked();
            refused(failure);
        });
    }

    private void acknowledge(Settlements settlements, long upTo) {
        byte[] value = Long.toString(upTo).getBytes(StandardCharsets.UTF_8);
        arrivals.then(link.write(mark(parts.keys().ack(parts.proxy()), value)),
                outcome -> settlements.acknowledged(upTo), failure -> {
                    // What etcd will not take is not tried again: who asked hears nothing.
                    settlements.acknowledged(failure.kind() == Kind.REFUSED ? upTo : 0);
                    refused(failure);
                });
    }

    private Write mark(String key, byte[] value) {
        return new Write(key, -1, value, parts.membership().lease(), null);
    }

    private void refused(EtcdFailure failure) throws EtcdException {
        switch (failure.kind()) {
            case FULL -> parts.membership().shut(link, failure.reason());
            case REFUSED -> parts.writeLog().refused("none", failure.reason());
            case LEASE_OVER, GONE -> parts.membership().breaks(failure);
        }
    }

    /** Tells those who wait for a settlement its outcome. */
    static void tell(Settlements settlements) {
        for (Runnable verdict : settlements.verdicts()) {
            try {
                verdict.run();
            } catch (RuntimeException e) {
                log.error("event=settlement_failed", e);
            }
        }
    }
}
