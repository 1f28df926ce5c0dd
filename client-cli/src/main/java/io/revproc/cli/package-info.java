/** The terminal client. */
@NullMarked
package io.revproc.cli;

import org.jspecify.annotations.NullMarked;
