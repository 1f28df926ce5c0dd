/**
 * Evidence that servers show in their setups: signed tokens, checked by keys that are fetched elsewhere and kept. It does not use
 * Netty, and of the policies it knows only what their rules say about issuers.
 */
@NullMarked
package io.revproc.proxy.evidence;

import org.jspecify.annotations.NullMarked;
