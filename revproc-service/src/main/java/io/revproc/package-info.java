/** Entry point and wiring. */
@NullMarked
package io.revproc;

import org.jspecify.annotations.NullMarked;
