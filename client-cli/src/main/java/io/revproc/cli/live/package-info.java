/**
 * Terminal output that changes in place: the screen, and the figures that {@code top} shows. JLine handles the
 * terminals of all systems: it tells their size and its changes, reads keys without Enter, and restores the terminal at the end.
 */
@NullMarked
package io.revproc.cli.live;

import org.jspecify.annotations.NullMarked;
