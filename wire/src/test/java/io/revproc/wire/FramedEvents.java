package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.revproc.wire.MessageFramer.Event;

/** Feeds a framer as a connection does: each read is offered, polled until nothing more comes, and its array used again. */
final class FramedEvents {
    private final MessageFramer framer;
    private final List<String> events = new ArrayList<>();
    private boolean over;

    FramedEvents(int maxMessageSize) {
        this(new MessageFramer(maxMessageSize));
    }

    FramedEvents(MessageFramer framer) {
        this.framer = framer;
    }

    /** What is found in the bytes when they come in reads of this size: events, each with its bytes as ISO 8859-1. */
    static List<String> of(byte[] bytes, int readSize, int maxMessageSize) {
        FramedEvents connection = new FramedEvents(maxMessageSize);
        for (int at = 0; at < bytes.length; at += readSize) {
            connection.read(bytes, at, Math.min(bytes.length, at + readSize));
        }
        return connection.events();
    }

    FramedEvents read(byte[] bytes, int from, int to) {
        if (over) {
            return this;
        }
        byte[] buffer = new byte[to - from + 2];
        System.arraycopy(bytes, from, buffer, 1, to - from);
        framer.offer(buffer, 1, buffer.length - 1);
        Event event;
        while ((event = framer.poll()) != Event.NEED_MORE && !over) {
            boolean framed = event == Event.MESSAGE || event == Event.BAD_MESSAGE;
            over = !framed;
            events.add(framed ? event + " " + text(framer) : event.toString());
        }
        framer.park();
        // The next read goes into the same memory.
        Arrays.fill(buffer, (byte) '#');
        return this;
    }

    List<String> events() {
        return List.copyOf(events);
    }

    MessageFramer framer() {
        return framer;
    }

    static String text(MessageFramer framer) {
        return new String(framer.array(), framer.start(), framer.end() - framer.start(), StandardCharsets.ISO_8859_1);
    }
}
