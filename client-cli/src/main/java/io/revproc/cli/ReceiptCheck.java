package io.revproc.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.Entry;
import io.revproc.record.Receipt;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader;
import io.revproc.record.SegmentReader.DamageException;
import io.revproc.record.VerifyingKey;
import org.jspecify.annotations.Nullable;

/** {@code audit check-receipt}. */
record ReceiptCheck(Terminal terminal, boolean json) {
    int run(String compact, List<VerifyingKey> keys, byte @Nullable [] message, @Nullable Path record) {
        Receipt receipt = null;
        String problem = null;
        for (VerifyingKey key : keys) {
            try {
                receipt = Receipt.verify(compact, key);
                problem = null;
                break;
            } catch (IllegalArgumentException e) {
                problem = "the receipt is not valid: " + e.getMessage();
            }
        }
        if (receipt != null && message != null && !receipt.isFor(message)) {
            problem = "the receipt is for another message: this one has " + message.length + " bytes, that one "
                    + receipt.size();
        } else if (receipt != null && record != null) {
            problem = inRecord(receipt, record);
        }
        print(receipt, problem, message != null, record != null);
        return problem == null ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** What is wrong; null if the record holds exactly that entry. */
    private static @Nullable String inRecord(Receipt receipt, Path record) {
        Path file = record.resolve(SegmentHeader.fileName(receipt.segment()));
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 256 * 1024)) {
            SegmentReader reader = new SegmentReader(in);
            for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.sequence() == receipt.sequence()) {
                    return receipt.hash().equals(new Entry.Digest(reader.hash()))
                            ? null
                            : "the record's entry " + receipt.sequence() + " is not the one of the receipt: "
                                    + "the record was rewritten";
                }
            }
            return "the record has no entry " + receipt.sequence() + ": it was cut";
        } catch (NoSuchFileException e) {
            return "the record's segment " + receipt.segment() + " is not there (any more)";
        } catch (DamageException e) {
            return "the record's segment " + receipt.segment()
                    + " is damaged; 'bin/revproc audit verify' says where";
        } catch (IOException e) {
            throw CliException.usage("can't read the record: " + e.getMessage());
        }
    }

    private void print(@Nullable Receipt receipt, @Nullable String problem, boolean compared, boolean lookedUp) {
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("valid", problem == null);
            if (problem != null) {
                fields.put("problem", problem);
            }
            if (receipt != null) {
                fields.put("receipt", receipt.fields());
            }
            terminal.out().println(Json.write(fields));
            return;
        }
        if (problem != null) {
            terminal.say(Style.safe(problem));
        } else if (receipt != null) {
            terminal.out().println(terminal.style().good("Valid") + ": server " + Style.safe(receipt.policy() + "/"
                    + receipt.serverId() + " at " + receipt.address()) + " answered a message of " + receipt.size()
                    + " bytes at " + receipt.time() + "; entry " + receipt.sequence() + " of the record");
            terminal.out().println((compared ? "The message is that one" : "Not compared with a message (--message)")
                    + (lookedUp ? "; the record holds the entry" : "; not looked up in a record (--dir)"));
        }
    }
}
