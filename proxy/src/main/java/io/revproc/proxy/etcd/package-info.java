/**
 * One switch table for several proxies, shared through etcd: a proxy writes its own registrations there with compare-and-swap, and
 * watches what the others write and enters it here. Routing never waits for etcd. Loaded only with {@code revproc.store=etcd}.
 */
@NullMarked
package io.revproc.proxy.etcd;

import org.jspecify.annotations.NullMarked;
