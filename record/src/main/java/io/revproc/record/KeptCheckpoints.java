package io.revproc.record;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.revproc.record.tlog.Note;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads checkpoints that were kept outside: the answer of the admin API, one checkpoint, one a line as they were pushed, or the note
 * alone.
 *
 * @param log   of the log
 * @param chain in the earlier format
 */
public record KeptCheckpoints(List<Checkpoint> log, List<ChainCheckpoint> chain) {
    /** None. */
    public static final KeptCheckpoints NONE = new KeptCheckpoints(List.of(), List.of());

    /** Returns how many there are. */
    public int count() {
        return log.size() + chain.size();
    }

    /**
     * Returns all checkpoints of a text, each signed by one of the keys.
     *
     * @throws IllegalArgumentException if there is none, or one that is not whole or not the key's; the message says so
     */
    public static KeptCheckpoints read(String text, Collection<VerifyingKey> keys) {
        KeptCheckpoints kept = new KeptCheckpoints(new ArrayList<>(), new ArrayList<>());
        if (text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[")) {
            try {
                Json.readAll(text).forEach(kept::collect);
            } catch (JacksonException e) {
                throw new IllegalArgumentException("it is not JSON, or names something twice", e);
            }
        } else {
            kept.log.add(Checkpoint.of(Note.parse(text)));
        }
        if (kept.count() == 0) {
            throw new IllegalArgumentException("it holds no checkpoint");
        }
        for (Checkpoint checkpoint : kept.log) {
            if (keys.stream().noneMatch(checkpoint::signedBy)) {
                throw new IllegalArgumentException("its checkpoint of " + checkpoint.size()
                        + " entries was not signed by the key that was given");
            }
        }
        for (ChainCheckpoint checkpoint : kept.chain) {
            if (keys.stream().noneMatch(checkpoint::signedBy)) {
                throw new IllegalArgumentException(
                        "its checkpoint " + checkpoint.sequence() + " was not signed by the key that was given");
            }
        }
        return kept;
    }

    private void collect(@Nullable Object value) {
        if (value instanceof List<?> list) {
            list.forEach(this::collect);
        } else if (value instanceof Map<?, ?> map) {
            if (map.get("checkpoints") instanceof List<?> list) {
                collect(list);
            } else if (map.get("note") instanceof String note) {
                log.add(of(note, map));
            } else {
                chain.add(ChainCheckpoint.of(map));
            }
        } else {
            throw new IllegalArgumentException("it has something that is not a checkpoint");
        }
    }

    private static Checkpoint of(String note, Map<?, ?> map) {
        Checkpoint plain = Checkpoint.of(Note.parse(note));
        try {
            return map.get("time") instanceof String time && map.get("segment") instanceof Number
                    ? new Checkpoint(Json.number(map, "segment"), Instant.parse(time), plain.head(), plain.note())
                    : plain;
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("its time can't be read", e);
        }
    }
}
