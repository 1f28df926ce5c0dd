/**
 * The data port: takes messages from the proxy or directly from a client, checks that they are for this server, and gives each to the
 * {@code Responder}. One handler per connection, one set of buffers per event loop, one write per turn of the loop. Not meant for
 * users of the library; may change in any version.
 */
@NullMarked
package io.revproc.server.answer;

import org.jspecify.annotations.NullMarked;
