/**
 * The code that both services share at their start: main, the flags of the original Python programs, the list of settings, the sentences
 * that say why a start failed, and trial starts.
 */
@NullMarked
package io.revproc.start;

import org.jspecify.annotations.NullMarked;
