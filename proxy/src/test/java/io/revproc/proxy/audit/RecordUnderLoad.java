package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Receipt;

/**
 * A process that does nothing but write the record, as fast as it can, until it is killed. What it knows to be written stands in
 * a file that it has mapped, which a kill does not take away; and it writes a byte to standard error now and then.
 */
public final class RecordUnderLoad {
    /** Longs of the progress file. */
    static final int WRITTEN = 0;
    static final int FORCED = 1;
    static final int RECEIPT = 2;
    static final int PROGRESS_BYTES = 3 * Long.BYTES;

    private static final int TURN = 256;
    private static final int MESSAGES_PER_RECEIPT = 1024;

    private final AuditLog log;
    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final DeliveryLog end;
    private final LongBuffer progress;
    private final Endpoint server = Servers.of("PP_1", 1);
    private long messages;

    private RecordUnderLoad(Path directory, Path outside, String fsync, Path progress) throws IOException {
        log = AuditLog.open(settings(fsync, outside), directory);
        log.start();
        end = log.forLoop(loop);
        try (FileChannel file = FileChannel.open(progress, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            this.progress = file.map(FileChannel.MapMode.READ_WRITE, 0, PROGRESS_BYTES).asLongBuffer();
        }
    }

    static AuditSettings settings(String fsync, Path outside) {
        return new AuditSettings(true, null, null, null, AuditSettings.Fsync.valueOf(fsync.toUpperCase(Locale.ROOT)),
                Duration.ofMillis(50), Duration.ofMillis(1), AuditSettings.OnFull.FAIL_CLOSED, 4096,
                256L << 10, 1L << 20, new AuditSettings.Checkpoints(500,
                        Duration.ofMillis(20), outside.toString(), null, Duration.ofMillis(10)),
                List.of());
    }

    /** The bytes of the nth message of a run. */
    static byte[] message(long n) {
        return ("message " + n).getBytes(StandardCharsets.US_ASCII);
    }

    /** @param args the record's directory, that of kept checkpoints, fsync, the progress file */
    public static void main(String[] args) throws IOException {
        RecordUnderLoad load = new RecordUnderLoad(Path.of(args[0]), Path.of(args[1]), args[2], Path.of(args[3]));
        load.loop.execute(load::turn);
    }

    private void turn() {
        for (int i = 0; i < TURN; i++) {
            SentMessage message = new SentMessage();
            byte[] bytes = message(messages);
            boolean receipt = messages % MESSAGES_PER_RECEIPT == 0;
            if (!end.admit(message, bytes, 0, bytes.length, receipt)) {
                break;
            }
            if (receipt) {
                end.delivered(message, server, 1_000, this::receipt);
            } else {
                end.delivered(message, server, null, 1_000);
            }
            messages++;
        }
        say();
        System.err.write('.');
        System.err.flush();
        loop.execute(this::turn);
    }

    private void receipt(byte[] member) {
        String text = new String(member, StandardCharsets.UTF_8);
        if (text.startsWith("\"receipt\": \"")) {
            String proof = text.substring("\"receipt\": \"".length(), text.length() - 1).replace("\\n", "\n");
            Receipt receipt = Receipt.verify(proof.getBytes(StandardCharsets.UTF_8), List.of(log.publicKey()));
            say();
            progress.put(RECEIPT, receipt.head().size());
        }
    }

    private void say() {
        AuditLog.Status status = log.status();
        progress.put(FORCED, status.forced());
        progress.put(WRITTEN, status.written());
    }
}
