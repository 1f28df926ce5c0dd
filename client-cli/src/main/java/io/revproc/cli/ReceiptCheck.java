package io.revproc.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.ChainReceipt;
import io.revproc.record.Checkpoint;
import io.revproc.record.Receipt;
import io.revproc.record.RecordTiles;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import org.jspecify.annotations.Nullable;

/** {@code audit check-receipt}: offline, with nothing but the receipt and keys. */
record ReceiptCheck(Terminal terminal, boolean json) {
    /**
     * What is asked for besides the receipt itself.
     *
     * @param message   that it should be for; null: not compared
     * @param record    that should hold its entry; null: not looked up
     * @param witnesses of whom as many as the quorum must have cosigned
     */
    record Wanted(byte @Nullable [] message, @Nullable Path record, List<NoteKey> witnesses, int quorum) {}

    int run(String text, List<AuditFiles.LogKey> keys, Wanted wanted) {
        if (!text.strip().startsWith("c2sp.org/")) {
            return chain(text, keys, wanted);
        }
        Receipt receipt;
        try {
            receipt = Receipt.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return print(null, "the receipt is not valid: " + e.getMessage(), wanted, "");
        }
        String problem = problem(receipt, keys, wanted);
        return print(receipt.fields(), problem, wanted,
                "server " + receipt.delivery().policy() + "/" + receipt.delivery().serverId() + " at "
                        + receipt.fields().get("address") + " answered a message of " + receipt.delivery().size()
                        + " bytes at " + receipt.delivery().time() + "; entry " + receipt.proof().index() + " of "
                        + receipt.head().size() + " in " + receipt.head().origin());
    }

    private static @Nullable String problem(Receipt receipt, List<AuditFiles.LogKey> keys, Wanted wanted) {
        Checkpoint checkpoint = Checkpoint.of(receipt.proof().checkpoint());
        String problem = AuditProofs.unsigned(checkpoint, keys);
        if (problem != null) {
            return "the receipt is not valid: " + problem;
        }
        problem = AuditProofs.unwitnessed(checkpoint, wanted.witnesses(), wanted.quorum());
        if (problem == null && wanted.message() != null && !receipt.isFor(wanted.message())) {
            problem = "the receipt is for another message: this one has " + wanted.message().length
                    + " bytes, that one "
                    + receipt.delivery().size();
        }
        return problem == null && wanted.record() != null ? inRecord(checkpoint, wanted.record()) : problem;
    }

    /** What is wrong; null if the record's log begins with the receipt's. */
    private static @Nullable String inRecord(Checkpoint checkpoint, Path record) {
        try {
            RecordTiles tiles = new RecordTiles(record);
            return Arrays.equals(Proofs.root(new TileNodes(tiles, checkpoint.size()), checkpoint.size()),
                    checkpoint.head().root())
                            ? null
                            : "the record's first " + checkpoint.size() + " entries are not those of the receipt: "
                                    + "the record was rewritten";
        } catch (IOException e) {
            return "the record does not hold the entries up to " + (checkpoint.size() - 1)
                    + ": it was cut, or they were removed";
        }
    }

    /** One of the earlier format. */
    private int chain(String compact, List<AuditFiles.LogKey> keys, Wanted wanted) {
        ChainReceipt receipt = null;
        String problem = null;
        for (AuditFiles.LogKey key : keys) {
            try {
                receipt = ChainReceipt.verify(compact, key.key());
                problem = null;
                break;
            } catch (IllegalArgumentException e) {
                problem = "the receipt is not valid: " + e.getMessage();
            }
        }
        if (receipt != null && wanted.message() != null && !receipt.isFor(wanted.message())) {
            problem = "the receipt is for another message: this one has " + wanted.message().length
                    + " bytes, that one "
                    + receipt.size();
        } else if (receipt != null && wanted.record() != null) {
            problem = "a receipt in the earlier format is not looked up in a record";
        }
        return print(receipt == null ? null : receipt.fields(), problem, wanted, receipt == null
                ? ""
                : "server " + receipt.policy() + "/" + receipt.serverId() + " at " + receipt.address()
                        + " answered a message of " + receipt.size() + " bytes at " + receipt.time() + "; entry "
                        + receipt.sequence() + " of the record");
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
