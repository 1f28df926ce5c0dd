package io.revproc.e2e;

import java.io.InputStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/** The objects of a stream, one after the other, read no sooner than they are asked for. */
final class Messages {
    private final InputStream in;
    private @Nullable MappingIterator<JsonNode> objects;

    Messages(InputStream in) {
        this.in = in;
    }

    private MappingIterator<JsonNode> objects() {
        MappingIterator<JsonNode> open = objects;
        if (open == null) {
            open = Json.stream(in);
            objects = open;
        }
        return open;
    }

    boolean hasNext() {
        return objects().hasNextValue();
    }

    JsonNode next() {
        return objects().nextValue();
    }
}
