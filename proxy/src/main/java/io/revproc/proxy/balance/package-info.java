/**
 * Which of a policy's endpoints takes the next message. Algorithms without I/O or clock; what they remember (a cursor, what they
 * worked out of the newest snapshot) is their own.
 */
@NullMarked
package io.revproc.proxy.balance;

import org.jspecify.annotations.NullMarked;
