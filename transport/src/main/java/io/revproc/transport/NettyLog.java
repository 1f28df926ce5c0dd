package io.revproc.transport;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

/** Says where Netty's own log lines go. */
public final class NettyLog {
    private NettyLog() {}

    /**
     * Has Netty log through the JDK's loggers from now on. Netty asks before each operation of io_uring whether it may be traced, and a
     * JDK logger answers that from a field of its own, where Logback with a filter over all loggers takes 15 ns: 1 % of a message
     * that comes alone. For a program that leads the JDK's loggers into its log, as Spring Boot does.
     */
    public static void throughJdk() {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    }
}
