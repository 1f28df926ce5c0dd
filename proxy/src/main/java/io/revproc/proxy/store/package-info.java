/**
 * Where the switch table outlives the process. A snapshot file keeps what servers would not tell again: Part 1 servers, which
 * register once, and what an operator wants of a server.
 */
@NullMarked
package io.revproc.proxy.store;

import org.jspecify.annotations.NullMarked;
