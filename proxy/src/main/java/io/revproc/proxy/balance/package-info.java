/**
 * Chooses which of a policy's endpoints takes the next message. The algorithms do no I/O and read no clock. Each keeps its own state: a
 * cursor, and what it computed from the newest snapshot.
 */
@NullMarked
package io.revproc.proxy.balance;

import org.jspecify.annotations.NullMarked;
