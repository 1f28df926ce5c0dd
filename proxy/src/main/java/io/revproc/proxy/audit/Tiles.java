package io.revproc.proxy.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.DamageException;
import io.revproc.record.SegmentReader;
import io.revproc.record.TreeFiles;
import io.revproc.record.Verification;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TileNodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the tiles of an earlier run in line with its entries: a kill or a power failure may have left fewer of them, or others. */
final class Tiles {
    private static final Logger log = LoggerFactory.getLogger(Tiles.class);
    private static final int BUFFER = 256 * 1024;

    private Tiles() {}

    /** Writes what is missing, from the last segment's entries and, where that does not do, from all. */
    static void restore(TreeFiles tree, Path directory, Recovery earlier) throws IOException {
        if (matches(tree, earlier)) {
            return;
        }
        List<Path> files = Verification.segments(directory);
        if (!files.isEmpty()) {
            restore(tree, files.getLast(), earlier.size());
        }
        if (!matches(tree, earlier)) {
            for (Path file : files) {
                restore(tree, file, earlier.size());
            }
        }
        if (!matches(tree, earlier)) {
            log.warn("event=audit_tiles_missing entries={} reason=\"proofs over old entries can't be made\"",
                    earlier.size());
        }
    }

    /** Returns whether the tiles lead to the tree's edge. */
    private static boolean matches(TreeFiles tree, Recovery earlier) {
        int next = 0;
        TileNodes nodes = new TileNodes(tree::read, earlier.size());
        for (int level = Long.SIZE - 2; level >= Tile.HEIGHT; level--) {
            if ((earlier.size() >> level & 1) == 1) {
                try {
                    if (!Arrays.equals(nodes.node(level, (earlier.size() >> level) - 1),
                            earlier.frontier().get(next++))) {
                        return false;
                    }
                } catch (IOException e) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void restore(TreeFiles tree, Path file, long size) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            SegmentReader reader = new SegmentReader(in);
            reader.nodesTo((level, first, hashes, offset, count) -> tree.nodes(level, first, hashes, offset,
                    (int) Math.min(count, Math.max(0, (size >> level) - first))));
            while (reader.size() < size && grows(reader)) {
                // each one grows the tree
            }
            reader.flush();
            tree.write();
        } catch (DamageException e) {
            tree.write();
        }
    }

    /** Reads an entry; of one that was changed the hash is taken that stands there. */
    private static boolean grows(SegmentReader reader) throws IOException, DamageException {
        try {
            return reader.next() != null;
        } catch (DamageException e) {
            if (e.fault() == DamageException.Fault.HASH) {
                return true;
            }
            throw e;
        }
    }
}
