/**
 * Evidence that servers show in their setups: signed tokens, checked by keys that are fetched elsewhere and kept. Knows no Netty, and nothing
 * of policies but what their rules say of issuers.
 */
@NullMarked
package io.revproc.proxy.evidence;

import org.jspecify.annotations.NullMarked;
