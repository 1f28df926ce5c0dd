/** What the start of the two services has in common: the list of settings, misspelt options, files that can't be read, trial starts. */
@NullMarked
package io.revproc.start;

import org.jspecify.annotations.NullMarked;
