/**
 * What the start of the two services has in common: main, the seed's flags, the list of settings, sentences about what stops it, trial
 * starts.
 */
@NullMarked
package io.revproc.start;

import org.jspecify.annotations.NullMarked;
