package io.revproc.proxy.route;

/** The origin of a change of the switch table. */
public enum Origin {
    /** This proxy: a server registered here, an operator said something, a message failed, a lease expired. */
    HERE,
    /** The store that proxies share: it knows of the change already, and needs not be told. */
    STORE
}
