/**
 * Events for operators to look up afterwards: the lines of the log that are events, remembered within limits. Whoever writes
 * a line {@code event=… key={} …} has the event remembered by that same call; {@code EventLine} takes the line apart.
 */
@NullMarked
package io.revproc.proxy.events;

import org.jspecify.annotations.NullMarked;
