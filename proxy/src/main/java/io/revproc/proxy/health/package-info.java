/**
 * Passive health checks, which learn from a server's messages, without probes: failed connects and messages take it out, one real
 * message tries it again after a back-off. The decisions are pure functions; {@code PassiveHealth} carries them out.
 */
@NullMarked
package io.revproc.proxy.health;

import org.jspecify.annotations.NullMarked;
