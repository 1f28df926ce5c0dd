package io.revproc.record.witness;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.tlog.AddCheckpoint;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a checkpoint that a log brings to its witness, C2SP tlog-witness: it is cosigned if the log's key signed it
 * and its tree begins with the one that was cosigned last. Thread-safe.
 */
public final class Witness {
    /** What a log is told. */
    public sealed interface Answer {
        /** The new cosignature, which is kept already. */
        record Cosigned(Note.Signed signature, long size) implements Answer {}

        /** The log should have begun at this size, the one that was cosigned last. */
        record Conflict(long size) implements Answer {}

        /** Nothing was cosigned. */
        record Refused(Reason reason, String sentence) implements Answer {}
    }

    /** Why nothing is cosigned. */
    public enum Reason {
        /** It is no request. */
        MALFORMED(400),
        /** No such log is known here. */
        UNKNOWN_LOG(404),
        /** None of the log's keys signed it. */
        NOT_SIGNED(403),
        /** The log does not go on from what was cosigned: it was rewritten, or shows two histories. */
        INCONSISTENT(422);

        private final int status;

        Reason(int status) {
            this.status = status;
        }

        /** Returns the HTTP status that C2SP tlog-witness gives it. */
        public int status() {
            return status;
        }
    }

    /** Hears of checkpoints that a log signed and that contradict each other: a proof that it misbehaved. */
    @FunctionalInterface
    public interface Misbehaviour {
        /** @param cosigned what was cosigned last; @param shown what came now */
        void seen(Note cosigned, Note shown);
    }

    private static final class Log {
        private final List<NoteKey> keys = new ArrayList<>();
        /** Guarded by this log's monitor. */
        private @Nullable Note cosigned;
    }

    private final NoteKey key;
    private final Note.Signer signer;
    private final WitnessStore store;
    private final InstantSource clock;
    private final Misbehaviour misbehaviour;
    private final Map<String, Log> logs = new LinkedHashMap<>();

    /**
     * Reads what was cosigned earlier.
     *
     * @param key    of the witness
     * @param signer with its private half
     * @param logs   keys of the logs; one log may have several
     * @throws IOException if what was cosigned earlier can't be read, or is not this witness's
     */
    public Witness(NoteKey key, Note.Signer signer, Collection<NoteKey> logs, WitnessStore store, InstantSource clock,
            Misbehaviour misbehaviour) throws IOException {
        this.key = key;
        this.signer = signer;
        this.store = store;
        this.clock = clock;
        this.misbehaviour = misbehaviour;
        for (NoteKey log : logs) {
            this.logs.computeIfAbsent(log.name(), name -> new Log()).keys.add(log);
        }
        for (Map.Entry<String, Log> log : this.logs.entrySet()) {
            log.getValue().cosigned = store.read(log.getKey(), key);
        }
    }

    /** Returns what was cosigned last of a log; null if nothing was. */
    public @Nullable Note cosigned(String origin) {
        Log log = logs.get(origin);
        if (log == null) {
            return null;
        }
        synchronized (log) {
            return log.cosigned;
        }
    }

    /**
     * Answers a request.
     *
     * @throws IOException if the new state can't be kept: nothing was cosigned then
     */
    public Answer add(byte[] body) throws IOException {
        AddCheckpoint request;
        TreeHead head;
        try {
            request = AddCheckpoint.parse(body);
            head = TreeHead.parse(request.checkpoint().text());
        } catch (IllegalArgumentException e) {
            return new Answer.Refused(Reason.MALFORMED, "this is not a checkpoint with a proof: " + e.getMessage());
        }
        Log log = logs.get(head.origin());
        if (log == null) {
            return new Answer.Refused(Reason.UNKNOWN_LOG, "this witness does not know the log");
        }
        if (!signed(request.checkpoint(), log.keys)) {
            return new Answer.Refused(Reason.NOT_SIGNED, "the checkpoint is not signed by a key of the log");
        }
        if (request.old() > head.size()) {
            return new Answer.Refused(Reason.MALFORMED, "the old size is larger than the checkpoint's");
        }
        synchronized (log) {
            return add(log, request, head);
        }
    }

    /** A false signature beside a right one is refused like a false one alone. */
    private static boolean signed(Note note, List<NoteKey> keys) {
        try {
            return note.signer(keys).isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Answer add(Log log, AddCheckpoint request, TreeHead head) throws IOException {
        TreeHead before = head(log);
        if (request.old() != before.size()) {
            return new Answer.Conflict(before.size());
        }
        if (head.size() == before.size() && !Arrays.equals(head.root(), before.root())) {
            misbehaved(log, request.checkpoint());
            return new Answer.Conflict(before.size());
        }
        if (!Proofs.consistent(before.size(), before.root(), head.size(), head.root(), request.proof())) {
            misbehaved(log, request.checkpoint());
            return new Answer.Refused(Reason.INCONSISTENT,
                    "the proof does not lead from the " + before.size() + " entries that were cosigned to these");
        }
        Note text = new Note(request.checkpoint().text(), signaturesOf(log, request.checkpoint()));
        Note.Signed cosignature = Cosignature.sign(text.text(), key, signer, clock.instant().getEpochSecond());
        Note cosigned = text.with(List.of(cosignature));
        if (cosigned.bytes().length > Note.MAX_BYTES) {
            // kept, it could not be read again
            return new Answer.Refused(Reason.MALFORMED,
                    "with its cosignature the checkpoint has more than " + Note.MAX_BYTES + " bytes");
        }
        if (head.size() > before.size() || log.cosigned == null) {
            store.write(head.origin(), cosigned);
            log.cosigned = cosigned;
        }
        return new Answer.Cosigned(cosignature, head.size());
    }

    /** One of each key: a log can sign the same in any number of ways. */
    private static List<Note.Signed> signaturesOf(Log log, Note checkpoint) {
        return log.keys.stream().distinct().flatMap(each -> checkpoint.signatures().stream()
                .filter(signature -> each.id() == signature.keyId() && each.name().equals(signature.name())).limit(1))
                .toList();
    }

    private void misbehaved(Log log, Note shown) {
        if (log.cosigned != null) {
            misbehaviour.seen(log.cosigned, shown);
        }
    }

    private static TreeHead head(Log log) {
        return log.cosigned == null
                ? new TreeHead("none", 0, TreeHasher.emptyRoot())
                : TreeHead.parse(log.cosigned.text());
    }
}
