package io.revproc.transport;

/**
 * Sets Netty's system properties, unless the user has. Netty reads each only once, when it loads the class that asks for it: whatever may be
 * the first in a process to touch Netty has to call this before.
 */
public final class NettyDefaults {
    private NettyDefaults() {}

    /** Sets them. To be called from a static initializer. */
    public static void set() {
        // Netty's repeated poll (4.2.18) loses the event of a reset, or of an end of the stream, that comes together with data:
        // the connection would stay for ever.
        unlessSaid("io.netty.iouring.pollAddMultishotEnabled", "false");
        // The tests look for leaks, with a record of every buffer; a sample of them in production cost 2 % of a connection.
        unlessSaid("io.netty.leakDetection.level", "disabled");
        // Its events of buffers for the flight recorder: nobody asks for them, and a start would load the recorder.
        unlessSaid("io.netty.jfr.enabled", "false");
    }

    private static void unlessSaid(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
