package io.revproc.proxy.forward;

import io.revproc.transport.LoopContext;
import org.jspecify.annotations.Nullable;

/** Makes the forwarder of each event loop. */
@FunctionalInterface
public interface Forwarders {
    /**
     * Makes a forwarder.
     *
     * @param bounds     what it shares with those of the other loops
     * @param wakeOthers tells the other loops that a place became free; null if there are none
     */
    Forwarder make(LoopContext context, ForwardBounds bounds, @Nullable Runnable wakeOthers);
}
