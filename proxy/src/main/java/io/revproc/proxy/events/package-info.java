/**
 * Remembers events, within limits, so that operators can look them up afterwards. An event is a line of the log that begins with {@code
 * event=…}: the call that writes the line also remembers the event, and {@code EventLine} takes the line apart.
 */
@NullMarked
package io.revproc.proxy.events;

import org.jspecify.annotations.NullMarked;
