package io.revproc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.Checkpoint;
import io.revproc.record.DamageException;
import io.revproc.record.Entry;
import io.revproc.record.RecordTiles;
import io.revproc.record.SegmentReader;
import io.revproc.record.Verification;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TileNodes;
import org.jspecify.annotations.Nullable;

/** A log: the files of a record, or a URL that serves it as C2SP tlog-tiles. Fetches no more than it is asked for. */
interface AuditSource extends TileNodes.TileSource {
    /** Returns the newest checkpoint; nothing is verified. */
    Checkpoint checkpoint() throws IOException;

    /**
     * Returns a leaf of the log: an entry.
     *
     * @param size of the log
     * @throws IOException if it can't be had
     */
    default byte[] leaf(long index, long size) throws IOException {
        Tile tile = Tile.of(Tile.ENTRIES, index / Tile.FULL, size);
        ByteBuffer bundle = ByteBuffer.wrap(tile == null ? new byte[0] : read(tile));
        try {
            for (long skip = index % Tile.FULL; skip > 0; skip--) {
                bundle.position(bundle.position() + Short.BYTES + (bundle.getShort(bundle.position()) & 0xffff));
            }
            byte[] leaf = new byte[bundle.getShort() & 0xffff];
            bundle.get(leaf);
            return leaf;
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("the bundle of entry " + index + " is not whole", e);
        }
    }

    /** A record's directory. */
    record OfDirectory(Path directory, RecordTiles tiles) implements AuditSource {
        OfDirectory(Path directory) {
            this(directory, new RecordTiles(directory));
        }

        @Override
        public byte[] read(Tile tile) throws IOException {
            return tiles.read(tile);
        }

        @Override
        public Checkpoint checkpoint() throws IOException {
            List<Path> files = new ArrayList<>(Verification.segments(directory));
            while (!files.isEmpty()) {
                Checkpoint last = last(files.removeLast());
                if (last != null) {
                    return last;
                }
            }
            throw new IOException("it holds no checkpoint of a log");
        }

        private static @Nullable Checkpoint last(Path file) throws IOException {
            Checkpoint last = null;
            try (InputStream in = Files.newInputStream(file)) {
                SegmentReader reader = new SegmentReader(new java.io.BufferedInputStream(in, 256 * 1024));
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (entry instanceof Entry.Checkpointed signed) {
                        last = Checkpoint.of(signed.note());
                    }
                }
            } catch (DamageException | NoSuchFileException | IllegalArgumentException e) {
                // what comes behind it is not looked at
            }
            return last;
        }
    }

    /**
     * A URL.
     *
     * @param base  without a slash at its end
     * @param token of the admin API; null if it wants none, or if it is not the proxy's own
     */
    record OfUrl(String base, @Nullable String token) implements AuditSource {
        private static final int MILLIS = 10_000;
        private static final int MAX_BYTES = 32 * 1024 * 1024;

        @Override
        public byte[] read(Tile tile) throws IOException {
            return get(tile.path());
        }

        @Override
        public Checkpoint checkpoint() throws IOException {
            try {
                return Checkpoint.of(Note.parse(new String(get("checkpoint"), StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException e) {
                throw new IOException("what is served there is not a checkpoint", e);
            }
        }

        private byte[] get(String path) throws IOException {
            HttpURLConnection connection = (HttpURLConnection) URI.create(base + "/" + path).toURL().openConnection();
            connection.setConnectTimeout(MILLIS);
            connection.setReadTimeout(MILLIS);
            connection.setInstanceFollowRedirects(false);
            if (token != null) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            int status = connection.getResponseCode();
            if (status != 200) {
                throw new IOException(path + " was answered with HTTP status " + status
                        + (status != 401
                                ? ""
                                : token == null
                                        ? "; no token was sent, since this is not the admin address (--admin): give --token if it is meant for it"
                                        : "; the token is not known there: it has to be one of the proxy's revproc.admin.tokens"));
            }
            try (InputStream in = connection.getInputStream()) {
                return in.readNBytes(MAX_BYTES);
            }
        }
    }
}
