package io.revproc.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import io.revproc.record.tlog.TlogProof;
import org.jspecify.annotations.Nullable;

/** Makes receipts of deliveries that were recorded earlier. Needs the digest key: nobody else can find a message. Not thread-safe. */
public final class ReceiptSearch {
    private static final int BUFFER = 256 * 1024;

    private final Path directory;
    private final Salts salts;

    public ReceiptSearch(Path directory, Salts salts) {
        this.directory = directory;
        this.salts = salts;
    }

    /** The result of the search. */
    private record Found(Entry.Delivery delivery, byte[] leaf) {}

    /**
     * Returns the receipt of the newest delivery of a message that was answered; null if there is none.
     *
     * @param since      segments that were ended before are not looked at
     * @param checkpoint that the receipt is to lead to; what comes behind it is not looked at
     * @param tiles      of the record
     * @throws IOException if a file can't be read
     */
    public @Nullable TlogProof newest(byte[] message, Instant since, Checkpoint checkpoint, TileNodes.TileSource tiles)
            throws IOException {
        List<Path> files = new ArrayList<>(Verification.segments(directory));
        while (!files.isEmpty()) {
            Path file = files.removeLast();
            // Where a header can't be read, the segments before may still be asked.
            long[] created = {Long.MAX_VALUE};
            Found found = find(file, message, checkpoint.size(), created);
            if (found != null) {
                return new TlogProof(Receipt.extra(salts.salt(found.delivery().nonce()), found.leaf()),
                        found.delivery().sequence(), Proofs.inclusion(new TileNodes(tiles, checkpoint.size()),
                                found.delivery().sequence(), checkpoint.size()),
                        checkpoint.note());
            }
            if (created[0] < since.toEpochMilli()) {
                return null;
            }
        }
        return null;
    }

    private @Nullable Found find(Path file, byte[] message, long size, long[] created) throws IOException {
        Found found = null;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            SegmentReader reader = new SegmentReader(in);
            created[0] = reader.header().createdMillis();
            for (Entry entry = reader.next(); entry != null && entry.sequence() < size; entry = reader.next()) {
                if (entry instanceof Entry.Delivery delivery && delivery.outcome() == Outcome.ANSWERED
                        && delivery.size() == message.length
                        && delivery.digest().equals(salts.hidden(delivery.nonce(), message))) {
                    found = new Found(delivery, reader.leaf());
                }
            }
        } catch (DamageException | NoSuchFileException e) {
            // the end of what is written, the earlier format, or it has just been removed
        }
        return found;
    }
}
