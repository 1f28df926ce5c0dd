package io.revproc.proxy.listener;

import java.util.List;

import io.revproc.proxy.forward.KeptMessages;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;

/**
 * The bounds on what peers can make grow, over all event loops.
 *
 * @param partial the beginnings of messages
 * @param unsent  replies that their clients do not take, or that came before their turn
 * @param answers the beginnings of servers' answers
 * @param kept    messages that are kept until their servers have them
 */
record ListenerMemory(HeldMemory partial, HeldMemory unsent, HeldMemory answers, KeptMessages kept) {
    /** Returns the limits, a share of the heap for each kind of memory. @param heap the bytes of memory that there are */
    static ListenerMemory of(ListenerSettings settings, long heap) {
        long share = heap / ListenerSettings.HEAP_SHARE;
        return new ListenerMemory(
                held("partial", settings.maxPartial() == null ? share : settings.maxPartial(), settings),
                held("unsent", share, settings), held("answers", share, settings),
                new KeptMessages(share, settings.maxMessageBytes()));
    }

    private static HeldMemory held(String kind, long max, ListenerSettings settings) {
        return new HeldMemory(kind, max, 2L * (settings.maxMessageBytes() + LoopContext.LARGEST_READ),
                new MemoryLog(System::nanoTime));
    }

    List<HeldMemory> held() {
        return List.of(partial, unsent, answers);
    }
}
