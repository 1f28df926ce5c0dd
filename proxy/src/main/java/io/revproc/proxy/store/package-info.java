/**
 * Keeps the switch table over a restart. A snapshot file keeps what servers would not tell again: Part 1 servers, which register only
 * once, and what an operator has set for a server, such as maintenance.
 */
@NullMarked
package io.revproc.proxy.store;

import org.jspecify.annotations.NullMarked;
