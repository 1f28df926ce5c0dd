package io.revproc.record;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.Entry.Digest;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TileNodes;
import io.revproc.record.tlog.TreeHasher;
import org.jspecify.annotations.Nullable;

/**
 * Reads tiles and bundles of entries out of a record's files, also while the record is written. Whole files are never held; of each
 * segment it remembers where every 256th entry stands. Thread-safe.
 */
public final class RecordTiles implements TileNodes.TileSource {
    private static final int BUFFER = 64 * 1024;
    private static final int MAX_SEGMENTS = 1024;

    /** Where entries stand in a segment, as far as it was looked at. */
    private static final class Places {
        private final long firstIndex;
        /** Offsets of the entries whose index is a multiple of 256, and of the first one. */
        private final List<Long> offsets = new ArrayList<>();
        private long index;
        private long end;

        Places(long firstIndex) {
            this.firstIndex = firstIndex;
            this.index = firstIndex;
            this.end = SegmentHeader.length(firstIndex);
        }

        /** The offset of an entry that is not behind the wanted one, and not further before it than need be. */
        long offset(long wanted) {
            return offsets.get((int) (wanted / Tile.FULL - firstIndex / Tile.FULL));
        }

        long indexAt(long wanted) {
            return Math.max(firstIndex, wanted - wanted % Tile.FULL);
        }
    }

    private final Path directory;
    private final TreeFiles tree;
    private final Map<Path, Places> segments = new LinkedHashMap<>();

    /** @param directory the record's */
    public RecordTiles(Path directory) {
        this.directory = directory;
        this.tree = new TreeFiles(directory);
    }

    /**
     * {@inheritDoc}
     *
     * @throws NoSuchFileException   if its entries are not there (any more)
     * @throws ChangedEntryException if one of its entries is not the one that its hash was made of
     */
    @Override
    public synchronized byte[] read(Tile tile) throws IOException {
        if (tile.level() > 0) {
            return tree.read(tile);
        }
        long first = tile.index() * Tile.FULL;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        entries(first, first + tile.width(), (index, frame, length) -> {
            if (tile.level() == Tile.ENTRIES) {
                bytes.write(frame, 0, 2 + length);
            } else {
                bytes.write(frame, 2 + length, Digest.LENGTH);
            }
        });
        return bytes.toByteArray();
    }

    /**
     * Returns a leaf of the log: an entry, as the record holds it now.
     *
     * @throws NoSuchFileException   if it is not there (any more)
     * @throws ChangedEntryException if it is not the one that its hash was made of
     */
    public synchronized byte[] leaf(long index) throws IOException {
        ByteArrayOutputStream leaf = new ByteArrayOutputStream();
        entries(index, index + 1, (at, frame, length) -> leaf.write(frame, 2, length));
        return leaf.toByteArray();
    }

    /** Is told of entries. */
    private interface Taker {
        /** @param frame length, leaf and hash; valid for the call */
        void take(long index, byte[] frame, int length);
    }

    private void entries(long from, long to, Taker taker) throws IOException {
        refresh();
        long next = from;
        for (Map.Entry<Path, Places> segment : segments.entrySet()) {
            Places places = segment.getValue();
            if (places.firstIndex <= next && next < to) {
                scan(segment.getKey(), places);
                if (next < places.index) {
                    next = entries(segment.getKey(), places, next, Math.min(to, places.index), taker);
                }
            }
        }
        if (next < to) {
            throw new NoSuchFileException(directory.toString(), null, "the entries from " + next + " on are not kept");
        }
    }

    private void refresh() throws IOException {
        List<Path> files = Verification.segments(directory);
        if (files.equals(List.copyOf(segments.keySet()))) {
            return;
        }
        Map<Path, Places> fresh = new LinkedHashMap<>();
        for (Path file : files.subList(Math.max(0, files.size() - MAX_SEGMENTS), files.size())) {
            Places known = segments.get(file);
            if (known == null) {
                SegmentHeader header = header(file);
                known = header == null ? null : new Places(header.firstIndex());
            }
            if (known != null) {
                fresh.put(file, known);
            }
        }
        segments.clear();
        segments.putAll(fresh);
    }

    private static @Nullable SegmentHeader header(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return SegmentHeader.read(in.readNBytes(SegmentHeader.MAX_LENGTH));
        } catch (NoSuchFileException e) {
            // it has just been removed
            return null;
        }
    }

    /** Goes on looking where entries stand. An entry that is not whole yet is left for the next look. */
    private static void scan(Path file, Places places) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (places.end + 3 > size) {
                return;
            }
            channel.position(places.end);
            DataInputStream in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), BUFFER));
            while (places.end + 3 <= size) {
                int length = in.readUnsignedShort();
                long next = places.end + 2 + length + Digest.LENGTH;
                if (length == 0 || next > size) {
                    return;
                }
                if (SegmentReader.isLeaf(in.readByte())) {
                    if (places.index % Tile.FULL == 0 || places.offsets.isEmpty()) {
                        places.offsets.add(places.end);
                    }
                    places.index++;
                }
                in.skipNBytes(length - 1L + Digest.LENGTH);
                places.end = next;
            }
        } catch (EOFException e) {
            // it was cut meanwhile
        }
    }

    /** The hash that stands beside an entry proves nothing by itself: it is compared with the entry's. */
    private static long entries(Path file, Places places, long from, long to, Taker taker) throws IOException {
        TreeHasher hasher = new TreeHasher();
        byte[] hash = new byte[Digest.LENGTH];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(places.offset(from));
            DataInputStream in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), BUFFER));
            byte[] frame = new byte[EntryWriter.MAX_ENTRY];
            for (long index = places.indexAt(from); index < to;) {
                int length = in.readUnsignedShort();
                frame = frame.length < 2 + length + Digest.LENGTH
                        ? Arrays.copyOf(frame, 2 + length + Digest.LENGTH)
                        : frame;
                frame[0] = (byte) (length >> 8);
                frame[1] = (byte) length;
                in.readFully(frame, 2, length + Digest.LENGTH);
                if (SegmentReader.isLeaf(frame[2])) {
                    if (index >= from) {
                        hasher.leaf(frame, 2, 2 + length, hash, 0);
                        if (!Arrays.equals(hash, 0, Digest.LENGTH, frame, 2 + length, 2 + length + Digest.LENGTH)) {
                            throw new ChangedEntryException(index);
                        }
                        taker.take(index, frame, length);
                    }
                    index++;
                }
            }
            return to;
        }
    }
}
