/**
 * The parts of access rules: networks, patterns for names and for names in certificates, hashes of tokens, and limits on the rate of one
 * address. It does not use Netty, and callers pass in the time. Everything here has a bound, whatever strangers send.
 */
@NullMarked
package io.revproc.proxy.access;

import org.jspecify.annotations.NullMarked;
