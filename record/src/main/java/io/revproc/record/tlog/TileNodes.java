package io.revproc.record.tlog;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Knows the nodes of a tree of a certain size by its tiles, each of which is fetched once. Not thread-safe. */
public final class TileNodes implements Proofs.NodeSource {
    /** Where tiles and bundles come from. */
    @FunctionalInterface
    public interface TileSource {
        /**
         * Returns the bytes of a tile: {@code 32 * width}, or those of a bundle of entries.
         *
         * @throws IOException if it can't be had
         */
        byte[] read(Tile tile) throws IOException;
    }

    private static final int CACHED = 256;

    private final TileSource tiles;
    private final long size;
    private final TreeHasher hasher = new TreeHasher();
    private final Map<Tile, byte[]> cache = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Tile, byte[]> eldest) {
            return size() > CACHED;
        }
    };

    /** @param size leaves of the tree whose tiles exist */
    public TileNodes(TileSource tiles, long size) {
        this.tiles = tiles;
        this.size = size;
    }

    @Override
    public byte[] node(int level, long index) throws IOException {
        int within = level % Tile.HEIGHT;
        long first = index << within;
        Tile tile = Tile.of(level / Tile.HEIGHT, first / Tile.FULL, size);
        int from = (int) (first % Tile.FULL);
        if (tile == null || tile.width() < from + (1 << within)) {
            throw new IOException("a tree of " + size + " leaves has no such node");
        }
        return root(bytes(tile), from, 1 << within);
    }

    private byte[] bytes(Tile tile) throws IOException {
        byte[] bytes = cache.get(tile);
        if (bytes == null) {
            bytes = tiles.read(tile);
            if (bytes.length != tile.width() * TreeHasher.LENGTH) {
                throw new IOException("the tile " + tile.path() + " has " + bytes.length + " bytes");
            }
            cache.put(tile, bytes);
        }
        return bytes;
    }

    private byte[] root(byte[] hashes, int from, int count) {
        byte[] level = Arrays.copyOfRange(hashes, from * TreeHasher.LENGTH, (from + count) * TreeHasher.LENGTH);
        for (int n = count; n > 1; n /= 2) {
            for (int i = 0; i < n; i += 2) {
                hasher.node(level, i * TreeHasher.LENGTH, level, i / 2 * TreeHasher.LENGTH);
            }
        }
        return Arrays.copyOf(level, TreeHasher.LENGTH);
    }
}
