/**
 * The event loops: which of the kernel's interfaces they use, what one of them lends to its connections, and the end of its
 * turn, when all that one wake-up brought leaves in one write per connection.
 */
@NullMarked
package io.revproc.transport;

import org.jspecify.annotations.NullMarked;
