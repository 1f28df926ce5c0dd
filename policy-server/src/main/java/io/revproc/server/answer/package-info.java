/**
 * The data port: takes messages, from the proxy or straight from a client, and answers each with the SHA-1 of its payload.
 * One handler per connection, one set of buffers per event loop, one write per turn of the loop.
 */
@NullMarked
package io.revproc.server.answer;

import org.jspecify.annotations.NullMarked;
