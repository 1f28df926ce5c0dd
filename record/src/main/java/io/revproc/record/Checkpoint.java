package io.revproc.record;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.TreeHead;

/**
 * A signature over the record up to a place, as a checkpoint of C2SP tlog-checkpoint. Kept outside, it shows later whether the record
 * still begins with what it held then.
 *
 * @param segment where it stands; 0 if that is not known
 * @param time    when it was signed
 * @param head    what the note says
 * @param note    signed by the proxy, and perhaps by witnesses
 */
public record Checkpoint(long segment, Instant time, TreeHead head, Note note) {
    /** Signs. */
    public static Checkpoint sign(SigningKey key, long segment, long millis, TreeHead head) {
        return new Checkpoint(segment, Instant.ofEpochMilli(millis), head,
                Note.sign(head.text(), key.publicKey().noteKey(head.origin()), key::sign));
    }

    /** Returns the checkpoint that a note is. @throws IllegalArgumentException if it is none; the message says so */
    public static Checkpoint of(Note note) {
        return new Checkpoint(0, Instant.EPOCH, TreeHead.parse(note.text()), note);
    }

    /** Returns how many entries it covers. */
    public long size() {
        return head.size();
    }

    /** Returns whether this key signed it, as it is, and may sign for its log. */
    public boolean signedBy(VerifyingKey key) {
        try {
            return key.isOf(head.origin()) && note.isSignedBy(key.noteKey(head.origin()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns it as it is kept outside. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("segment", segment);
        fields.put("size", size());
        fields.put("time", time.toString());
        fields.put("note", note.toString());
        return fields;
    }

    /** Returns {@link #fields} in one line of JSON. */
    public String json() {
        return Json.write(fields());
    }
}
