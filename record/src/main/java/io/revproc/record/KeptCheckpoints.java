package io.revproc.record;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads checkpoints that were kept outside: the answer of the admin API, one checkpoint, or one a line as they were pushed. */
public final class KeptCheckpoints {
    private KeptCheckpoints() {}

    /**
     * All checkpoints of a text, each signed by one of the keys.
     *
     * @throws IllegalArgumentException if there is none, or one that is not whole or not the key's; the message says so
     */
    public static List<Checkpoint> read(String json, Collection<VerifyingKey> keys) {
        List<Checkpoint> checkpoints = new ArrayList<>();
        try {
            Json.readAll(json).forEach(value -> collect(value, checkpoints));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is not JSON", e);
        }
        if (checkpoints.isEmpty()) {
            throw new IllegalArgumentException("it holds no checkpoint");
        }
        for (Checkpoint checkpoint : checkpoints) {
            if (keys.stream().noneMatch(checkpoint::signedBy)) {
                throw new IllegalArgumentException(
                        "its checkpoint " + checkpoint.sequence() + " was not signed by the key that was given");
            }
        }
        return checkpoints;
    }

    private static void collect(@Nullable Object value, List<Checkpoint> into) {
        if (value instanceof List<?> list) {
            list.forEach(each -> collect(each, into));
        } else if (value instanceof Map<?, ?> map) {
            if (map.get("checkpoints") instanceof List<?> list) {
                collect(list, into);
            } else {
                into.add(Checkpoint.of(map));
            }
        } else {
            throw new IllegalArgumentException("it holds something that is no checkpoint");
        }
    }
}
