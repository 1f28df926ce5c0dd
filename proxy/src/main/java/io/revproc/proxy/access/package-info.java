/**
 * The parts of access rules: networks, patterns of names and of names in certificates, hashes of tokens,
 * rates per address. Knows no Netty; time is handed in. Everything here is bounded, whatever strangers send.
 */
@NullMarked
package io.revproc.proxy.access;

import org.jspecify.annotations.NullMarked;
