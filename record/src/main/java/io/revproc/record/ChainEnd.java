package io.revproc.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import io.revproc.record.Entry.Digest;

/**
 * Where a record in the earlier format ends, as far as its own signatures prove it.
 *
 * @param sequence of the last checkpoint that the key signed; 0 if there is none
 * @param hash     the chain's behind it
 */
public record ChainEnd(long sequence, Digest hash) {
    private static final int BUFFER = 256 * 1024;

    /**
     * Reads the last segment.
     *
     * @param key that signed it, if it was not replaced
     */
    public static ChainEnd of(Path segment, SigningKey key) throws IOException {
        ChainEnd end = new ChainEnd(0, SegmentHeader.NOTHING);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(segment), BUFFER)) {
            ChainReader reader = new ChainReader(in);
            for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry instanceof Entry.Signed signed && signed.checkpoint().signedBy(key.publicKey())) {
                    end = new ChainEnd(entry.sequence(), new Digest(reader.hash().clone()));
                }
            }
        } catch (DamageException e) {
            // what comes behind it is not proven
        }
        return end;
    }
}
