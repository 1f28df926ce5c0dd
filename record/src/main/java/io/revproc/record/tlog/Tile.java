package io.revproc.record.tlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The name of a tile, or of a bundle of entries, of C2SP tlog-tiles.
 *
 * @param level {@link #ENTRIES}, or 0 to 63: a tile of level n holds the roots of subtrees over 256ⁿ leaves
 * @param index of the tile within its level
 * @param width hashes or entries that it holds; {@value #FULL}: all
 */
public record Tile(int level, long index, int width) {
    /** Hashes of a full tile. */
    public static final int FULL = 256;
    /** Level that stands for a bundle of entries. */
    public static final int ENTRIES = -1;
    /** Levels of nodes that one tile spans. */
    public static final int HEIGHT = 8;

    private static final int MAX_LEVEL = 63;
    /** An index that 64 bits can number leaves of. */
    private static final long MAX_INDEX = Long.MAX_VALUE >> HEIGHT;

    public Tile {
        if (level < ENTRIES || level > MAX_LEVEL || index < 0 || index > MAX_INDEX || width < 1 || width > FULL) {
            throw new IllegalArgumentException("there is no such tile");
        }
    }

    /** Returns the tile of a tree of so many leaves; null if that tree has none there. */
    public static @Nullable Tile of(int level, long index, long size) {
        if (index > MAX_INDEX) {
            return null;
        }
        int shift = HEIGHT * Math.max(0, level);
        long hashes = shift >= Long.SIZE ? 0 : size >>> shift;
        long width = hashes - index * FULL;
        return width <= 0 ? null : new Tile(level, index, (int) Math.min(width, FULL));
    }

    /** Returns whether it is one of a log of this size: all that it should hold is there. */
    public boolean within(long size) {
        Tile whole = of(level, index, size);
        return whole != null && width <= whole.width();
    }

    /** Returns the index of the leaf behind the last one below it, were it full. */
    public long endIndex() {
        int shift = HEIGHT * (Math.max(0, level) + 1);
        return shift >= Long.SIZE - 1 || index + 1 > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : index + 1 << shift;
    }

    /** Returns the path below the log's prefix, such as {@code tile/0/x001/x234/067.p/5}. */
    public String path() {
        StringBuilder path = new StringBuilder("tile/");
        path.append(level == ENTRIES ? "entries" : Integer.toString(level)).append('/');
        List<String> parts = new ArrayList<>();
        long rest = index;
        do {
            parts.addFirst(String.format(Locale.ROOT, "%s%03d", parts.isEmpty() ? "" : "x", rest % 1000));
            rest /= 1000;
        } while (rest > 0);
        path.append(String.join("/", parts));
        return width == FULL ? path.toString() : path.append(".p/").append(width).toString();
    }

    /** Returns the tile that a path names; null if it names none, in exactly that spelling. */
    public static @Nullable Tile parse(String path) {
        String[] parts = path.split("/", -1);
        if (parts.length < 3 || parts.length > 10 || !parts[0].equals("tile")) {
            return null;
        }
        try {
            int level = parts[1].equals("entries") ? ENTRIES : Integer.parseInt(parts[1]);
            int end = parts.length;
            int width = FULL;
            if (parts[end - 2].endsWith(".p")) {
                width = Integer.parseInt(parts[end - 1]);
                end--;
                parts[end - 1] = parts[end - 1].substring(0, parts[end - 1].length() - 2);
            }
            long index = 0;
            for (int i = 2; i < end; i++) {
                String digits = i < end - 1 && parts[i].startsWith("x") ? parts[i].substring(1) : parts[i];
                index = Math.addExact(Math.multiplyExact(index, 1000), Integer.parseInt(digits));
            }
            Tile tile = new Tile(level, index, width);
            return tile.path().equals(path) ? tile : null;
        } catch (IllegalArgumentException | ArithmeticException e) {
            return null;
        }
    }
}
