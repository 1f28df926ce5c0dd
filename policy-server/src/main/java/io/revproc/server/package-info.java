/** Entry point and wiring. */
@NullMarked
package io.revproc.server;

import org.jspecify.annotations.NullMarked;
