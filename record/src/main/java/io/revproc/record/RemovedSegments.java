package io.revproc.record;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What an entry says of old segments that the proxy removed. Numbers of segments stand in headers, which nobody signs; the index of
 * the first entry that stayed is in the tree.
 *
 * @param first   segment that was removed
 * @param last    segment that was removed
 * @param keptFrom index of the first entry that stayed; -1 where an earlier version wrote the entry, which did not say so
 */
public record RemovedSegments(long first, long last, long keptFrom) {
    private static final Pattern SUBJECT = Pattern.compile("(\\d{1,10})-(\\d{1,10})");
    private static final Pattern DETAIL = Pattern.compile(".*the first entry is now (\\d{1,18})");

    /** Returns the event's subject. */
    public String subject() {
        return first + "-" + last;
    }

    /** Returns the event's detail. */
    public String detail() {
        return "over revproc.audit.max-size; the first entry is now " + keptFrom;
    }

    /** Returns what an event says; null if it is about something else, or can't be read. */
    static @Nullable RemovedSegments of(Entry.Event event) {
        Matcher subject = SUBJECT.matcher(event.subject());
        if (!event.action().equals(Entry.Event.SEGMENTS_REMOVED) || !subject.matches()) {
            return null;
        }
        Matcher detail = DETAIL.matcher(event.detail());
        return new RemovedSegments(Long.parseLong(subject.group(1)), Long.parseLong(subject.group(2)),
                detail.matches() ? Long.parseLong(detail.group(1)) : -1);
    }

    /** Returns whether a record may begin with this segment and this entry, since those before were removed. */
    boolean allows(long segment, long entry) {
        return last >= segment - 1 && (keptFrom < 0 || keptFrom >= entry);
    }
}
