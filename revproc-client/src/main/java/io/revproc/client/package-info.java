/**
 * Sends messages: {@link RevprocClient} keeps connections to proxies and sends messages of any policy over them. This package is the
 * library's interface; of its sub-packages only {@code connect.ProxyAddress} is.
 */
@NullMarked
package io.revproc.client;

import org.jspecify.annotations.NullMarked;
