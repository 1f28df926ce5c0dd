/** What the start of the two services has in common: misspelt options of the framework, files that can't be read, trial starts. */
@NullMarked
package io.revproc.start;

import org.jspecify.annotations.NullMarked;
