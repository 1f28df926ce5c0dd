package io.revproc.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.revproc.record.ChangedEntryException;
import io.revproc.record.Checkpoint;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import io.revproc.record.tlog.TlogProof;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;

/** {@code audit consistency}, {@code audit prove}, and {@code audit verify} of a log that is served elsewhere: by tiles alone. */
record AuditProofs(Terminal terminal, boolean json) {
    private static final Set<Finding.Kind> CHANGES = Set.of(Finding.Kind.CHANGED, Finding.Kind.MISSING,
            Finding.Kind.TRUNCATED);

    /** Reports whether the newer checkpoint's log begins with the older one's. */
    int consistency(Checkpoint one, Checkpoint other, AuditSource log, List<AuditFiles.LogKey> keys) {
        Checkpoint old = one.size() <= other.size() ? one : other;
        Checkpoint now = old == one ? other : one;
        String problem = null;
        if (!old.head().origin().equals(now.head().origin())) {
            problem = "they are of two logs, " + old.head().origin() + " and " + now.head().origin();
        } else if (old.size() < now.size() && signer(now, keys) < signer(old, keys)) {
            problem = "the newer one is signed by a key that was replaced before the older one was made";
        } else {
            try {
                TileNodes nodes = new TileNodes(log, now.size());
                List<byte[]> proof = Proofs.consistency(nodes, old.size(), now.size());
                if (!Proofs.consistent(old.size(), old.head().root(), now.size(), now.head().root(), proof)) {
                    problem = "the log of " + now.size() + " entries does not begin with the one of " + old.size()
                            + (matches(nodes, now)
                                    ? ": it was rewritten in between"
                                    : "; it is not the one that is given");
                } else if (log instanceof AuditSource.OfDirectory record) {
                    problem = changed(record, keys, new KeptCheckpoints(List.of(old, now), List.of()));
                }
            } catch (ChangedEntryException e) {
                problem = e.getMessage();
            } catch (IOException e) {
                throw CliException.usage("can't read the log: " + e.getMessage());
            }
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("consistent", problem == null);
        fields.put("old", old.size());
        fields.put("new", now.size());
        return end(problem, fields, terminal.style().good("Consistent") + ": the log of " + now.size()
                + " entries begins with the one of " + old.size());
    }

    /** Says what is wrong with the entries below the tiles, as far as they are there; null if nothing is. Tiles do not change with them. */
    private @Nullable String changed(AuditSource.OfDirectory record, List<AuditFiles.LogKey> keys,
            KeptCheckpoints kept) {
        return AuditVerify
                .verify(terminal, record.directory(), keys.stream().map(AuditFiles.LogKey::key).toList(), kept).all()
                .stream().filter(finding -> CHANGES.contains(finding.kind())).findFirst()
                .map(finding -> "the tiles are consistent, but the record is not: " + finding.sentence()).orElse(null);
    }

    private static boolean matches(TileNodes nodes, Checkpoint checkpoint) throws IOException {
        return Arrays.equals(Proofs.root(nodes, checkpoint.size()), checkpoint.head().root());
    }

    /** Prints a proof that an entry is in the log. */
    int prove(long index, AuditSource log, List<AuditFiles.LogKey> keys) {
        try {
            Checkpoint now = log.checkpoint();
            String unsigned = unsigned(now, List.of(keys.getLast()));
            if (unsigned != null) {
                throw new CliException(ExitCode.REFUSED, unsigned);
            }
            if (index < 0 || index >= now.size()) {
                throw CliException.usage("the newest checkpoint covers the entries 0 to " + (now.size() - 1));
            }
            List<byte[]> hashes = Proofs.inclusion(new TileNodes(log, now.size()), index, now.size());
            byte[] leaf = new TreeHasher().leaf(log.leaf(index, now.size()));
            if (!Proofs.includes(index, now.size(), leaf, hashes, now.head().root())) {
                throw new CliException(ExitCode.REFUSED,
                        "entry " + index
                                + " and the tiles do not lead to the root of the newest checkpoint: the log was changed");
            }
            terminal.out().print(new TlogProof(new byte[0], index, hashes, now.note()));
            terminal.out().flush();
            return ExitCode.OK;
        } catch (ChangedEntryException e) {
            throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw CliException.usage("can't read the log: " + e.getMessage());
        }
    }

    /** Why a checkpoint is none of these keys'; null if it is. */
    static @Nullable String unsigned(Checkpoint checkpoint, List<AuditFiles.LogKey> keys) {
        return signer(checkpoint, keys) >= 0
                ? null
                : "the checkpoint of " + Style.safe(checkpoint.head().origin()) + " is not signed by the key";
    }

    /** The place of the latest of some keys that signed a checkpoint; -1 if none did. */
    private static int signer(Checkpoint checkpoint, List<AuditFiles.LogKey> keys) {
        int at = keys.size() - 1;
        while (at >= 0 && !checkpoint.signedBy(keys.get(at).key())) {
            at--;
        }
        return at;
    }

    /** Why too few witnesses cosigned; null if enough did. */
    static @Nullable String unwitnessed(Checkpoint checkpoint, List<NoteKey> witnesses, int quorum) {
        try {
            int cosigned = Cosignature.of(checkpoint.note(), witnesses).size();
            return cosigned >= quorum
                    ? null
                    : cosigned + " of " + witnesses.size() + " witnesses cosigned; " + quorum
                            + " are wanted";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** Says how a log that is served elsewhere differs from a tree that was cosigned; null if it begins with it, or has not grown to it yet. */
    static @Nullable String differs(AuditSource log, AuditFiles.LogKey key, TreeHead cosigned) {
        try {
            Checkpoint now = log.checkpoint();
            String problem = unsigned(now, List.of(key));
            if (problem != null || now.size() < cosigned.size()) {
                return problem;
            }
            TileNodes nodes = new TileNodes(log, now.size());
            return !matches(nodes, now)
                    ? "the tiles do not lead to the root of the newest checkpoint"
                    : Arrays.equals(Proofs.root(nodes, cosigned.size()), cosigned.root())
                            ? null
                            : "its first " + cosigned.size() + " entries are not those that were cosigned";
        } catch (IOException e) {
            return "it can't be read: " + e.getMessage();
        }
    }

    /** Verifies the newest checkpoint of a log that is served elsewhere, and that it goes on from those that were kept. */
    int verify(AuditSource log, List<AuditFiles.LogKey> keys, KeptCheckpoints kept, List<NoteKey> witnesses,
            int quorum) {
        Checkpoint now;
        String problem = null;
        try {
            now = log.checkpoint();
            // The key that signs now is the last one: an earlier one was replaced, perhaps since somebody else has it.
            problem = unsigned(now, List.of(keys.getLast()));
            if (problem == null && !kept.chain().isEmpty()) {
                problem = "UNCOMPARED: a kept checkpoint in the earlier format can't be compared with a log's tiles";
            }
            if (problem == null) {
                problem = unwitnessed(now, witnesses, quorum);
            }
            TileNodes nodes = new TileNodes(log, now.size());
            if (problem == null && !matches(nodes, now)) {
                problem = "the tiles do not lead to the root of the newest checkpoint: some were changed";
            }
            for (Checkpoint old : kept.log()) {
                if (problem == null && old.size() > now.size()) {
                    problem = "TRUNCATED: a kept checkpoint covers " + old.size() + " entries, the log has "
                            + now.size();
                } else if (problem == null && !matches(nodes, old)) {
                    problem = "CHANGED: the first " + old.size()
                            + " entries are not those that the kept checkpoint was made of: the log was rewritten";
                }
            }
        } catch (IOException e) {
            throw CliException.usage("can't read the log: " + e.getMessage());
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("intact", problem == null);
        fields.put("log", now.head().origin());
        fields.put("size", now.size());
        fields.put("compared", kept.log().size());
        return end(problem, fields,
                terminal.style().good("Intact") + ": " + Style.safe(now.head().origin()) + ", " + now.size()
                        + " entries by its tiles, signed; " + kept.log().size()
                        + " kept checkpoints compared. The entries themselves are verified in the record's directory");
    }

    private int end(@Nullable String problem, Map<String, Object> fields, String good) {
        if (problem != null) {
            fields.put("problem", problem);
        }
        if (json) {
            terminal.out().println(Json.write(fields));
        } else if (problem == null) {
            terminal.out().println(good);
        } else {
            terminal.say(Style.safe(problem));
        }
        return problem == null ? ExitCode.OK : ExitCode.REFUSED;
    }
}
