/** The whole data path without Spring: real sockets, and servers and clients as they were years ago and as they are now. */
@NullMarked
package io.revproc.e2e;

import org.jspecify.annotations.NullMarked;
