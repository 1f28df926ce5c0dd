/**
 * Which of Netty's transports carries the sockets: io_uring where the kernel has it, epoll on other Linux, NIO elsewhere.
 * One choice, made once at the start, for the data port and the registration sessions alike.
 */
@NullMarked
package io.revproc.server.transport;

import org.jspecify.annotations.NullMarked;
