/** The three programs together, as real processes over real sockets. */
@NullMarked
package io.revproc.acceptance;

import org.jspecify.annotations.NullMarked;
