/** Tests of the wire protocol. Jackson is the oracle of the scanner; the codec is held to the contract's examples. */
@NullMarked
package io.revproc.wire;

import org.jspecify.annotations.NullMarked;
