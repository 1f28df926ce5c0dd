/**
 * The client side: connections are accepted, messages framed, sent on, and their answers written in order. Reading stops
 * where a client does not take its answers.
 */
@NullMarked
package io.revproc.proxy.listener;

import org.jspecify.annotations.NullMarked;
