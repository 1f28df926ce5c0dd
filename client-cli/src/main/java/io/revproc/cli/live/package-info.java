/**
 * Terminal output that changes in place: the screen, and the figures that {@code top} shows. JLine knows terminals of all systems: their
 * size and its changes, keys without Enter, and how to leave them as they were.
 */
@NullMarked
package io.revproc.cli.live;

import org.jspecify.annotations.NullMarked;
