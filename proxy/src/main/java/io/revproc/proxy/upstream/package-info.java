/**
 * The servers behind the proxy: an endpoint, its immutable state, and the permits that bound what is in flight.
 * Knows no Netty, no Spring and no clock.
 */
@NullMarked
package io.revproc.proxy.upstream;

import org.jspecify.annotations.NullMarked;
