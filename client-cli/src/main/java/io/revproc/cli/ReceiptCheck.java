package io.revproc.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.revproc.record.ChainReceipt;
import io.revproc.record.ChangedEntryException;
import io.revproc.record.Checkpoint;
import io.revproc.record.Receipt;
import io.revproc.record.RecordTiles;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import org.jspecify.annotations.Nullable;

/** {@code audit check-receipt}: offline, with nothing but the receipt and keys. */
record ReceiptCheck(Terminal terminal, boolean json) {
    private static final String NOT_VALID = "the receipt is not valid: ";
    /** Receipts of a list that are looked at together. */
    private static final int AT_ONCE = 4096;
    private static final int MAX_CHECKPOINTS = 10_000;
    private static final int MAX_PROBLEMS = 100;

    /**
     * The checks that are asked for besides the receipt's own.
     *
     * @param message   that it should be for; null: not compared
     * @param record    that should hold its entry; null: not looked up
     * @param witnesses of whom as many as the quorum must have cosigned
     */
    record Wanted(byte @Nullable [] message, @Nullable RecordTiles record, List<NoteKey> witnesses, int quorum) {}

    int run(String text, List<AuditFiles.LogKey> keys, Wanted wanted) {
        if (!isProof(text)) {
            Chained chained = chain(text, keys, wanted);
            return print(chained.receipt() == null ? null : chained.receipt().fields(), chained.problem(), wanted,
                    chained.says());
        }
        Receipt receipt;
        try {
            receipt = Receipt.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return print(null, NOT_VALID + e.getMessage(), wanted, "");
        }
        String problem = problem(receipt, keys, wanted);
        return print(receipt.fields(), problem, wanted,
                "server " + receipt.delivery().policy() + "/" + receipt.delivery().serverId() + " at "
                        + receipt.fields().get("address") + " answered a message of " + receipt.delivery().size()
                        + " bytes at " + AuditShow.shown(receipt.delivery().time()) + "; entry "
                        + receipt.proof().index() + " of "
                        + receipt.head().size() + " in " + receipt.head().origin());
    }

    private static @Nullable String problem(Receipt receipt, List<AuditFiles.LogKey> keys, Wanted wanted) {
        String problem = problem(receipt.proof().checkpoint(), keys, wanted);
        return problem == null ? problem(receipt, wanted.message(), wanted.record()) : problem;
    }

    /** What is wrong with a checkpoint; null if it is signed, cosigned and of the record. */
    private static @Nullable String problem(Note note, List<AuditFiles.LogKey> keys, Wanted wanted) {
        Checkpoint checkpoint = Checkpoint.of(note);
        String problem = AuditProofs.unsigned(checkpoint, keys);
        if (problem != null) {
            return NOT_VALID + problem;
        }
        problem = AuditProofs.unwitnessed(checkpoint, wanted.witnesses(), wanted.quorum());
        return problem == null && wanted.record() != null ? inRecord(checkpoint, wanted.record()) : problem;
    }

    private static @Nullable String problem(Receipt receipt, byte @Nullable [] message, @Nullable RecordTiles record) {
        if (message != null && !receipt.isFor(message)) {
            return otherMessage(message, receipt.delivery().size());
        }
        return record == null ? null : inRecord(receipt, record);
    }

    /** Checks many, on all processors. Receipts of one write have one checkpoint, whose signature is verified once. */
    int run(ReceiptList receipts, List<AuditFiles.LogKey> keys, Wanted wanted) {
        Map<Note, Optional<String>> checkpoints = new ConcurrentHashMap<>();
        List<Map<String, Object>> problems = new ArrayList<>();
        long total = 0;
        long valid = 0;
        for (List<ReceiptList.Item> next = receipts.next(AT_ONCE); !next.isEmpty(); next = receipts.next(AT_ONCE)) {
            List<Optional<String>> found = next.parallelStream()
                    .map(item -> Optional.ofNullable(problem(item, keys, wanted, checkpoints))).toList();
            total += next.size();
            for (int i = 0; i < found.size(); i++) {
                String problem = found.get(i).orElse(null);
                if (problem == null) {
                    valid++;
                } else if (problems.size() < MAX_PROBLEMS) {
                    String where = next.get(i).where();
                    problems.add(Map.of("receipt", where, "problem", problem));
                    if (!json) {
                        terminal.say(where + ": " + problem);
                    }
                }
            }
            if (checkpoints.size() > MAX_CHECKPOINTS) {
                checkpoints.clear();
            }
        }
        print(total, valid, problems);
        return valid == total && total > 0 ? ExitCode.OK : ExitCode.REFUSED;
    }

    private void print(long total, long valid, List<Map<String, Object>> problems) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("receipts", total);
            fields.put("valid", valid);
            fields.put("problems", problems);
            terminal.out().println(Json.write(fields));
            return;
        }
        if (total - valid > problems.size()) {
            terminal.say("and " + (total - valid - problems.size()) + " more");
        }
        terminal.out().println((valid == total ? terminal.style().good("Valid") : terminal.style().bad("Not all valid"))
                + ": " + valid + " of " + total + " receipts");
    }

    private static @Nullable String problem(ReceiptList.Item item, List<AuditFiles.LogKey> keys, Wanted wanted,
            Map<Note, Optional<String>> checkpoints) {
        try {
            ReceiptList.Found found = item.found();
            byte[] message = found.message() == null ? wanted.message() : found.message();
            if (!isProof(found.receipt())) {
                return chain(found.receipt(), keys,
                        new Wanted(message, wanted.record(), wanted.witnesses(), wanted.quorum())).problem();
            }
            Receipt receipt = Receipt.read(found.receipt().getBytes(StandardCharsets.UTF_8));
            Note note = receipt.proof().checkpoint();
            String problem = checkpoints
                    .computeIfAbsent(note, each -> Optional.ofNullable(problem(each, keys, wanted))).orElse(null);
            return problem == null ? problem(receipt, message, wanted.record()) : problem;
        } catch (IllegalArgumentException e) {
            return NOT_VALID + e.getMessage();
        }
    }

    private static String otherMessage(byte[] message, long size) {
        return "the receipt is for another message: this one has " + message.length + " bytes, that one " + size;
    }

    private static boolean isProof(String text) {
        return text.stripLeading().startsWith("c2sp.org/");
    }

    /** What is wrong; null if the record's log begins with the receipt's. */
    private static @Nullable String inRecord(Checkpoint checkpoint, RecordTiles record) {
        try {
            return Arrays.equals(Proofs.root(new TileNodes(record, checkpoint.size()), checkpoint.size()),
                    checkpoint.head().root())
                            ? null
                            : "the record's first " + checkpoint.size() + " entries are not those of the receipt: "
                                    + "the record was rewritten";
        } catch (ChangedEntryException e) {
            return e.getMessage();
        } catch (IOException e) {
            return "the record does not hold the entries up to " + (checkpoint.size() - 1)
                    + ": it was cut, or they were removed";
        }
    }

    /** What is wrong; null if the receipt's own entry stands in the record, as the receipt has it. Tiles alone outlive their entries. */
    private static @Nullable String inRecord(Receipt receipt, RecordTiles record) {
        long index = receipt.proof().index();
        try {
            return Arrays.equals(record.leaf(index), receipt.leaf())
                    ? null
                    : "entry " + index + " of the record is not the receipt's: the record was rewritten";
        } catch (ChangedEntryException e) {
            return e.getMessage();
        } catch (IOException e) {
            return "the record does not hold entry " + index + ": it was cut, or the entry was removed";
        }
    }

    /** What was found out about a receipt in the earlier format. */
    private record Chained(@Nullable ChainReceipt receipt, @Nullable String problem) {
        String says() {
            return receipt == null
                    ? ""
                    : "server " + receipt.policy() + "/" + receipt.serverId() + " at " + receipt.address()
                            + " answered a message of " + receipt.size() + " bytes at "
                            + AuditShow.shown(receipt.time()) + "; entry "
                            + receipt.sequence() + " of the record";
        }
    }

    private static Chained chain(String compact, List<AuditFiles.LogKey> keys, Wanted wanted) {
        ChainReceipt receipt = null;
        String problem = null;
        for (AuditFiles.LogKey key : keys) {
            try {
                receipt = ChainReceipt.verify(compact, key.key());
                problem = null;
                break;
            } catch (IllegalArgumentException e) {
                problem = NOT_VALID + e.getMessage();
            }
        }
        if (receipt != null && wanted.message() != null && !receipt.isFor(wanted.message())) {
            problem = otherMessage(wanted.message(), receipt.size());
        } else if (receipt != null && wanted.record() != null) {
            problem = "a receipt in the earlier format is not looked up in a record";
        }
        return new Chained(receipt, problem);
    }

    private int print(@Nullable Map<String, Object> receipt, @Nullable String problem, Wanted wanted, String says) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("valid", problem == null);
            if (problem != null) {
                fields.put("problem", problem);
            }
            if (receipt != null) {
                fields.put("receipt", receipt);
            }
            terminal.out().println(Json.write(fields));
        } else if (problem != null) {
            terminal.say(Style.safe(problem));
        } else {
            terminal.out().println(terminal.style().good("Valid") + ": " + Style.safe(says));
            terminal.out()
                    .println((wanted.message() != null
                            ? "The message is that one"
                            : "Not compared with a message (--message)")
                            + (wanted.record() != null
                                    ? "; the record holds the entry"
                                    : "; not looked up in a record (--dir)"));
        }
        return problem == null ? ExitCode.OK : ExitCode.REFUSED;
    }
}
