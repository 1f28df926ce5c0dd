package io.revproc.record;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is wrong with a record.
 *
 * @param kind     what kind of wrong
 * @param file     the segment's file name; empty if it is about no single one
 * @param offset   in that file, in bytes; -1 if there is no such place
 * @param sequence of the entry at that place, or of the one that should be there; -1 if that is not known
 * @param sentence for a person
 */
public record Finding(Kind kind, String file, long offset, long sequence, String sentence) {
    /** The kind of fault. */
    public enum Kind {
        /** Bytes are not those that were written. */
        CHANGED,
        /** Entries or segments are missing before others, or stand in another place than they were written in. */
        MISSING,
        /** Entries or segments are missing at the end. */
        TRUNCATED,
        /** The last write is not whole. */
        INCOMPLETE,
        /** A signature is not the key's. */
        SIGNATURE,
        /** A kept checkpoint could not be compared: the entries that it covers are not there any more. */
        UNCOMPARED
    }

    /** For JSON. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind.name());
        fields.put("file", file);
        fields.put("offset", offset);
        fields.put("sequence", sequence);
        fields.put("sentence", sentence);
        return fields;
    }
}
