/**
 * Answers messages: {@link PolicyServer} registers with proxies, takes their messages and gives each to the handler of its policy.
 * This package is the library's interface; its sub-packages may change in any version.
 */
@NullMarked
package io.revproc.server;

import org.jspecify.annotations.NullMarked;
