/**
 * One switch table for several proxies, shared through etcd: what a proxy takes in is written there with compare-and-swap, what
 * the others wrote is watched and entered here. Routing never waits for it. Loaded only with {@code revproc.store=etcd}.
 */
@NullMarked
package io.revproc.proxy.etcd;

import org.jspecify.annotations.NullMarked;
