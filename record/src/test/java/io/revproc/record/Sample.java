package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.crypto.spec.SecretKeySpec;

/** A small record on the disk, written as the proxy writes it: segments that end with a checkpoint, and tiles. */
final class Sample {
    static final SigningKey KEY = SigningKey.generate();
    static final VerifyingKey PUBLIC = KEY.publicKey();
    static final String ORIGIN = "example.com/log";

    final Path directory;
    final List<Checkpoint> checkpoints = new ArrayList<>();
    final Salts salts = new Salts(new SecretKeySpec(new byte[32], "HmacSHA256"));
    final EntryWriter writer = new EntryWriter(1 << 16, ORIGIN);
    private final TreeFiles tree;
    private long millis = 1_790_000_000_000L;
    private long segments;
    private long nonce = -7;
    private SigningKey key = KEY;
    private final List<String[]> sayings = new ArrayList<>();

    Sample(Path directory) {
        this.directory = directory;
        this.tree = new TreeFiles(directory);
    }

    /** What follows is written a second later. */
    Sample later() {
        millis += 1_000;
        return this;
    }

    /** What follows is signed by this key. */
    Sample under(SigningKey other) {
        key = other;
        return this;
    }

    /** The next segment is that behind this one. */
    Sample behind(long segment) {
        segments = segment;
        return this;
    }

    /** The next segment says this first. */
    Sample saying(String action, String subject, String detail) {
        sayings.add(new String[]{action, subject, detail});
        return this;
    }

    /** Adds an event behind the end of a segment, as anybody can who has the files and no key. */
    void forge(long segment, String action, String subject, String detail) throws Exception {
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(Files.readAllBytes(path(segment))));
        while (reader.next() != null) {
            // up to the end
        }
        EntryWriter forger = new EntryWriter(1 << 16, ORIGIN);
        forger.start(reader.size(), reader.frontier());
        forger.event(millis, action, "proxy", subject, detail);
        Files.write(path(segment), Arrays.copyOf(forger.array(), forger.length()), StandardOpenOption.APPEND);
    }

    /** Gives a segment another number, as anybody can: nobody signs it. */
    void renumber(long from, long to) throws IOException {
        byte[] bytes = Files.readAllBytes(path(from));
        SegmentHeader was = java.util.Objects.requireNonNull(SegmentHeader.read(bytes));
        byte[] header = new SegmentHeader(to, was.firstIndex(), was.createdMillis(), was.keyId(), was.before(),
                was.frontier()).bytes();
        System.arraycopy(header, 0, bytes, 0, header.length);
        Files.delete(path(from));
        Files.write(path(to), bytes);
    }

    /** Adds a segment with so many deliveries. */
    Sample segment(int deliveries) throws IOException {
        return segment(deliveries, true);
    }

    Sample segment(int deliveries, boolean signed) throws IOException {
        long number = ++segments;
        byte[] header = new SegmentHeader(number, writer.size(), millis, key.publicKey().id(), SegmentHeader.NOTHING,
                writer.tree().frontier()).bytes();
        writer.event(millis, "started", "proxy", "", "");
        sayings.forEach(saying -> writer.event(millis, saying[0], "proxy", saying[1], saying[2]));
        sayings.clear();
        checkpoints.add(writer.checkpoint(key, number, millis));
        byte[] server = EntryWriter.server(InetAddress.getLoopbackAddress().getAddress(), 9001, "PP_1", "1");
        for (int i = 0; i < deliveries; i++) {
            EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
            data.millis = millis++;
            data.micros = 100 + i;
            ByteBuffer digest = ByteBuffer.wrap(salts.hidden(nonce, message(i)).bytes());
            data.size = message(i).length;
            data.digest0 = digest.getLong();
            data.digest1 = digest.getLong();
            data.digest2 = digest.getLong();
            data.digest3 = digest.getLong();
            data.nonce = nonce++;
            data.receipt = i % 7 == 0;
            data.clientCertificate = i % 5 == 0 ? new byte[32] : null;
            data.client = new byte[]{127, 0, 0, 1};
            data.clientPort = 40_000 + i % 1000;
            data.server = server;
            writer.delivery(data);
        }
        if (signed) {
            checkpoints.add(writer.checkpoint(key, number, millis));
        }
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(path(number), file);
        writer.committed(tree::nodes);
        tree.write();
        return this;
    }

    /** Of a segment's nth delivery. */
    static byte[] message(int n) {
        return ("message " + n).getBytes(StandardCharsets.US_ASCII);
    }

    Path path(long segment) {
        return directory.resolve(SegmentHeader.fileName(segment));
    }

    Verdict verify(Checkpoint... kept) throws IOException {
        return Verification.of(directory, List.of(PUBLIC), new KeptCheckpoints(List.of(kept), List.of()));
    }

    /** Where each of a segment's entries, checkpoints and seals begins, and where the last one ends. */
    List<Integer> bounds(long segment) throws Exception {
        List<Integer> bounds = new ArrayList<>();
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(Files.readAllBytes(path(segment))));
        bounds.add((int) reader.end());
        while (reader.next() != null) {
            bounds.add((int) reader.end());
        }
        return bounds;
    }
}
