package io.revproc.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TreeHasher;

/**
 * The tiles of a log above the leaves, in files of {@value #TILES} tiles that lie one behind the other: {@code tree/LEVEL-FILE}. All
 * of it follows from the entries; it is kept so that a proof needs few of them, and outlives entries that are removed. Not
 * thread-safe.
 */
public final class TreeFiles implements AutoCloseable {
    /** The directory within the record's. */
    public static final String NAME = "tree";

    private static final int TILES = 256;
    private static final long HASHES = (long) TILES * Tile.FULL;

    private final Path directory;
    private final Map<String, FileChannel> open = new HashMap<>();
    private final Set<String> unforced = new HashSet<>();

    /** Nodes that wait to be written. */
    private record Waiting(int level, long first, byte[] hashes) {}

    private final List<Waiting> waiting = new ArrayList<>();

    /** @param record the directory of the entries */
    public TreeFiles(Path record) {
        directory = record.resolve(NAME);
    }

    static String fileName(int level, long hash) {
        return String.format(Locale.ROOT, "%d-%06d", level, hash / HASHES);
    }

    /** Takes nodes that the log's tree completed; those of tiles wait for {@link #write}. */
    public void nodes(int level, long firstIndex, byte[] hashes, int offset, int count) {
        if (level > 0 && level % Tile.HEIGHT == 0) {
            waiting.add(new Waiting(level / Tile.HEIGHT, firstIndex,
                    Arrays.copyOfRange(hashes, offset, offset + count * TreeHasher.LENGTH)));
        }
    }

    /** Writes what waits. What fails may be tried again. */
    public void write() throws IOException {
        while (!waiting.isEmpty()) {
            Waiting next = waiting.getFirst();
            ByteBuffer hashes = ByteBuffer.wrap(next.hashes());
            for (long at = next.first(); hashes.hasRemaining();) {
                int most = (int) Math.min(HASHES - at % HASHES, hashes.remaining() / TreeHasher.LENGTH);
                ByteBuffer part = hashes.slice(hashes.position(), most * TreeHasher.LENGTH);
                String name = fileName(next.level(), at);
                FileChannel channel = channel(name);
                long position = at % HASHES * TreeHasher.LENGTH;
                while (part.hasRemaining()) {
                    position += channel.write(part, position);
                }
                unforced.add(name);
                hashes.position(hashes.position() + most * TreeHasher.LENGTH);
                at += most;
            }
            waiting.removeFirst();
        }
    }

    private FileChannel channel(String name) throws IOException {
        FileChannel channel = open.get(name);
        if (channel == null) {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            open.put(name, channel);
        }
        return channel;
    }

    /** Forces what was written to the disk, and closes files that are full. */
    public void force() throws IOException {
        for (String name : List.copyOf(unforced)) {
            FileChannel channel = channel(name);
            channel.force(true);
            unforced.remove(name);
            if (channel.size() >= HASHES * TreeHasher.LENGTH) {
                open.remove(name);
                channel.close();
            }
        }
    }

    /** Removes files whose tiles lie below the first entry that is kept; the tiles above them say all that is still needed. */
    public void removeBelow(long firstIndex) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.matches("[1-7]-\\d{6,}")) {
                int shift = Tile.HEIGHT * Integer.parseInt(name.substring(0, 1));
                long end = (Long.parseLong(name.substring(2)) + 1) * HASHES;
                if (end <= firstIndex >> shift && !open.containsKey(name)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /**
     * Returns the hashes of a tile above the leaves.
     *
     * @throws NoSuchFileException if they are not kept, or not kept any more
     */
    public byte[] read(Tile tile) throws IOException {
        long first = tile.index() * Tile.FULL;
        ByteBuffer hashes = ByteBuffer.allocate(tile.width() * TreeHasher.LENGTH);
        read(tile.level(), first, hashes);
        if (hashes.hasRemaining()) {
            throw new NoSuchFileException(directory.resolve(fileName(tile.level(), first)).toString());
        }
        return hashes.array();
    }

    private void read(int level, long hash, ByteBuffer into) throws IOException {
        try (FileChannel file = FileChannel.open(directory.resolve(fileName(level, hash)), StandardOpenOption.READ)) {
            long at = hash % HASHES * TreeHasher.LENGTH;
            for (int read = 0; into.hasRemaining() && read >= 0; at += Math.max(0, read)) {
                read = file.read(into, at);
            }
        }
    }

    /** Returns the first of some nodes that is kept otherwise than it is; -1 if none is. What is not kept is no difference. */
    long differs(int level, long firstIndex, byte[] hashes, int offset, int count) throws IOException {
        if (level == 0 || level % Tile.HEIGHT != 0) {
            return -1;
        }
        for (long at = firstIndex; at < firstIndex + count;) {
            int most = (int) Math.min(HASHES - at % HASHES, firstIndex + count - at);
            ByteBuffer kept = ByteBuffer.allocate(most * TreeHasher.LENGTH);
            try {
                read(level / Tile.HEIGHT, at, kept);
            } catch (NoSuchFileException e) {
                // nothing of it is kept
            }
            int from = offset + (int) (at - firstIndex) * TreeHasher.LENGTH;
            int differs = Arrays.mismatch(kept.array(), 0, kept.position(), hashes, from, from + kept.position());
            if (differs >= 0) {
                return at + differs / TreeHasher.LENGTH;
            }
            at += most;
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : open.values()) {
            channel.close();
        }
        open.clear();
    }
}
