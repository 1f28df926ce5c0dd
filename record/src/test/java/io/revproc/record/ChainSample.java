package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.Entry.Digest;

/** A small record on the disk, written as the proxy writes it: segments that end with a checkpoint. */
final class ChainSample {
    static final SigningKey KEY = SigningKey.generate();
    static final VerifyingKey PUBLIC = KEY.publicKey();

    final Path directory;
    final List<ChainCheckpoint> checkpoints = new ArrayList<>();
    private final ChainWriter writer = new ChainWriter(1 << 16);
    private Digest before = ChainHeader.BEGINNING;
    private long millis = 1_790_000_000_000L;
    private long segments;

    ChainSample(Path directory) {
        this.directory = directory;
    }

    /** What follows is written a second later. */
    ChainSample later() {
        millis += 1_000;
        return this;
    }

    /** Adds an event behind the end of the last segment. */
    ChainSample saying(boolean signed, String action, String subject, String detail) throws IOException {
        writer.clear();
        writer.event(millis, action, "proxy", subject, detail);
        if (signed) {
            checkpoints.add(writer.checkpoint(KEY, segments, millis));
        }
        Files.write(path(segments), Arrays.copyOf(writer.array(), writer.length()), StandardOpenOption.APPEND);
        before = new Digest(writer.hash().clone());
        return this;
    }

    /** The chain's hash at its end. */
    Digest end() {
        return before;
    }

    /** Adds a segment with so many deliveries. */
    ChainSample segment(int deliveries) throws IOException {
        return segment(deliveries, true);
    }

    ChainSample segment(int deliveries, boolean signed) throws IOException {
        long number = ++segments;
        byte[] header = new ChainHeader(number, writer.nextSequence(), millis, PUBLIC.id(), before).bytes();
        writer.start(writer.nextSequence(), ChainHeader.hash(header));
        writer.clear();
        writer.event(millis, "started", "proxy", "", "");
        checkpoints.add(writer.checkpoint(KEY, number, millis));
        byte[] server = ChainWriter.server(InetAddress.getLoopbackAddress().getAddress(), 9001, "PP_1", "1");
        for (int i = 0; i < deliveries; i++) {
            writer.delivery(millis++, 100 + i, Outcome.ANSWERED.code(), 150, i, 2, 3, 4, i % 7 == 0,
                    i % 5 == 0 ? new byte[32] : null, null, new byte[]{127, 0, 0, 1}, 40_000 + i, server);
        }
        if (signed) {
            checkpoints.add(writer.checkpoint(KEY, number, millis));
        }
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(path(number), file);
        before = new Digest(writer.hash().clone());
        return this;
    }

    Path path(long segment) {
        return directory.resolve(ChainHeader.fileName(segment));
    }

    ChainVerdict verify(ChainCheckpoint... kept) throws IOException {
        return ChainVerification.of(directory, List.of(PUBLIC), List.of(kept), List.of());
    }

    /** Where each of a segment's entries begins, and where the last one ends. */
    List<Integer> bounds(long segment) throws Exception {
        List<Integer> bounds = new ArrayList<>();
        ChainReader reader = new ChainReader(new ByteArrayInputStream(Files.readAllBytes(path(segment))));
        bounds.add((int) reader.end());
        while (reader.next() != null) {
            bounds.add((int) reader.end());
        }
        return bounds;
    }
}
