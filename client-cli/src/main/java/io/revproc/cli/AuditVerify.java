package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

import io.revproc.record.ChainVerdict;
import io.revproc.record.Checkpoint;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.NoteKey;
import io.revproc.wire.FileProblem;

/** {@code audit verify}. */
record AuditVerify(Terminal terminal, boolean json) {
    /** A record that is being written to may change under the reader's eyes. */
    private static final int ATTEMPTS = 3;

    /** @param witnesses of whom as many as the quorum must have cosigned each kept checkpoint; without one, the record's own last */
    int run(Path directory, List<VerifyingKey> keys, KeptCheckpoints kept, List<NoteKey> witnesses, int quorum) {
        Verdict verdict = verify(terminal, directory, keys, kept);
        List<String> uncosigned = quorum == 0 ? List.of() : uncosigned(verdict, kept, witnesses, quorum);
        uncosigned.forEach(terminal::say);
        if (json) {
            Map<String, Object> fields = fields(verdict);
            if (quorum > 0) {
                fields.put("cosigned", uncosigned.isEmpty());
            }
            terminal.out().println(Json.write(fields));
        } else {
            print(verdict, kept.count(), uncosigned.isEmpty());
        }
        return verdict.intact() && uncosigned.isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static List<String> uncosigned(Verdict verdict, KeptCheckpoints kept, List<NoteKey> witnesses, int quorum) {
        Checkpoint last = verdict.lastSigned();
        List<Checkpoint> asked = kept.log().isEmpty() && last != null ? List.of(last) : kept.log();
        if (asked.isEmpty()) {
            return List.of("there is no checkpoint that witnesses could have cosigned");
        }
        List<String> problems = new ArrayList<>();
        for (Checkpoint checkpoint : asked) {
            String problem = AuditProofs.unwitnessed(checkpoint, witnesses, quorum);
            if (problem != null) {
                problems.add("checkpoint of " + checkpoint.size() + " entries: " + problem
                        + (kept.log().isEmpty() ? "; give one that they cosigned (--checkpoint)" : ""));
            }
        }
        return problems;
    }

    /** Verifies with a bar on a terminal, if it takes long. */
    static Verdict verify(Terminal terminal, Path directory, List<VerifyingKey> keys, KeptCheckpoints kept) {
        Progress progress = new Progress(terminal, size(directory), true);
        try {
            return verify(directory, keys, kept, progress::at);
        } finally {
            progress.clear();
        }
    }

    private static long size(Path directory) {
        long size = 0;
        try {
            for (Path segment : Verification.segments(directory)) {
                size += Files.size(segment);
            }
        } catch (IOException e) {
            // verifying it says more
        }
        return size;
    }

    private static Verdict verify(Path directory, List<VerifyingKey> keys, KeptCheckpoints kept,
            LongConsumer progress) {
        for (int attempt = 1;; attempt++) {
            try {
                Verdict verdict = Verification.of(directory, keys, kept, progress);
                boolean beingWritten = verdict.all().size() == 1
                        && verdict.all().getFirst().kind() == Finding.Kind.INCOMPLETE;
                if (!beingWritten || attempt == ATTEMPTS) {
                    return verdict;
                }
            } catch (NoSuchFileException e) {
                // the proxy has just removed its oldest segment
                if (attempt == ATTEMPTS) {
                    throw CliException.usage("can't read " + e.getMessage() + ", which was there before");
                }
            } catch (IOException e) {
                throw CliException.usage("can't read the record: " + FileProblem.of(e));
            } catch (IllegalArgumentException e) {
                throw CliException.usage(directory + " is not a delivery record: " + e.getMessage());
            }
        }
    }

    private static Map<String, Object> fields(Verdict verdict) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("intact", verdict.intact());
        fields.put("segments", verdict.segments());
        fields.put("first", verdict.first());
        fields.put("size", verdict.size());
        fields.put("deliveries", verdict.deliveries());
        fields.put("putAside", verdict.aside());
        fields.put("lost", verdict.lost());
        fields.put("unsigned", verdict.unsigned());
        fields.put("compared", verdict.keptCompared());
        Checkpoint signed = verdict.lastSigned();
        if (signed != null) {
            fields.put("lastSigned", signed.fields());
        }
        fields.put("findings", verdict.all().stream().map(Finding::fields).toList());
        return fields;
    }

    private void print(Verdict verdict, int kept, boolean cosigned) {
        Style style = terminal.style();
        for (Finding finding : verdict.all()) {
            String where = finding.file().isEmpty()
                    ? ""
                    : finding.file() + (finding.offset() < 0 ? "" : " at byte " + finding.offset()) + ": ";
            terminal.out().println(style.bad(finding.kind().name()) + " " + where + Style.safe(finding.sentence()));
        }
        ChainVerdict earlier = verdict.earlier();
        if (earlier != null) {
            terminal.out()
                    .println("In the earlier format: entries " + earlier.first() + " to " + earlier.last() + " in "
                            + earlier.segments() + " segments, " + earlier.deliveries() + " deliveries, "
                            + earlier.unsigned() + " not signed");
        }
        String segments = verdict.segments() + (verdict.segments() == 1 ? " segment" : " segments");
        boolean unproven = verdict.all().stream().allMatch(finding -> finding.kind() == Finding.Kind.UNCOMPARED);
        terminal.out().println((verdict.intact() && cosigned
                ? style.good("Intact")
                : style.bad(unproven ? "Not proven" : "Not intact")) + ": "
                + (verdict.empty()
                        ? "no entries in " + segments
                        : "entries " + verdict.first() + " to " + (verdict.size() - 1) + " in " + segments + ", "
                                + verdict.deliveries() + (verdict.deliveries() == 1 ? " delivery" : " deliveries")));
        if (verdict.aside() > 0) {
            terminal.out().println("The record itself says that " + verdict.aside()
                    + " entries were put aside at a start, since the proxy could not prove them its own: they are in files"
                    + " named *.unproven-*");
        }
        if (verdict.lost() > 0) {
            terminal.out().println("The record itself says that " + verdict.lost()
                    + " more could not be written: the disk was full or slow");
        }
        Checkpoint signed = verdict.lastSigned();
        if (signed != null) {
            terminal.out().println("Signed up to entry " + (signed.size() - 1) + " at " + AuditShow.shown(signed.time())
                    + (verdict.unsigned() > 0
                            ? "; the " + verdict.unsigned()
                                    + " after it are not signed yet: anybody who can write to the files may have added them"
                            : ""));
        }
        terminal.out().println(kept == 0
                ? "Without a kept checkpoint (--checkpoint) nobody can say whether entries are missing at the end"
                : (verdict.keptCompared() + (earlier == null ? 0 : earlier.keptCompared())) + " of " + kept
                        + " kept checkpoints compared");
    }
}
