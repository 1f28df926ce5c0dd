/** The common parts of the start of both services: the list of settings, misspelt options, files that can't be read, trial starts. */
@NullMarked
package io.revproc.start;

import org.jspecify.annotations.NullMarked;
