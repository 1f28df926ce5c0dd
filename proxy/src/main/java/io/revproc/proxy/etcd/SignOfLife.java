package io.revproc.proxy.etcd;

/**
 * Writes the sign of life by which the other proxies know of this one, and finds out by it whether etcd has room again. Of one session;
 * belongs to the store's thread.
 */
final class SignOfLife {
    private final EtcdLink link;
    private final Membership membership;
    private final Replica replica;
    private final Arrivals arrivals;
    private boolean underWay;

    SignOfLife(EtcdLink link, Membership membership, Replica replica, Arrivals arrivals) {
        this.link = link;
        this.membership = membership;
        this.replica = replica;
        this.arrivals = arrivals;
        membership.gate().probeLost();
    }

    /** Writes it, if this proxy has a lease. */
    void write() {
        if (!underWay && membership.lease() != 0) {
            underWay = true;
            put(membership.lease());
        }
    }

    /** Finds out whether etcd has room again, if it is time to ask. */
    void probe(long now) {
        if (!membership.gate().probe(now)) {
            return;
        }
        if (membership.lease() != 0) {
            write();
        } else {
            underWay = true;
            arrivals.then(link.grant(membership.ttl()), this::put, this::failed);
        }
    }

    private void put(long lease) {
        arrivals.then(link.write(membership.signOfLife(lease)), outcome -> {
            replica.sameCluster(outcome.clusterId());
            underWay = false;
            membership.lease(lease);
            membership.opened(link);
        }, this::failed);
    }

    private void failed(EtcdFailure failure) throws EtcdException {
        underWay = false;
        switch (failure.kind()) {
            case FULL -> membership.shut(link, failure.reason());
            case REFUSED -> membership.gate().opened();
            case LEASE_OVER, GONE -> membership.breaks(failure);
        }
    }
}
