/** The proxy's entry point, and the code that connects its parts. */
@NullMarked
package io.revproc;

import org.jspecify.annotations.NullMarked;
