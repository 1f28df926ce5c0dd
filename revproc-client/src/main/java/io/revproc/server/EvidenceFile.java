package io.revproc.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.revproc.client.connect.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evidence that lies in a file and changes there, as the tokens do that Kubernetes and SPIFFE write. A thread of its own looks at the file
 * twice a second and reads it; {@link #get} returns what it saw last. Where the file goes or can't be used, what was there stays: it ends by itself.
 * Thread-safe.
 */
public final class EvidenceFile implements Supplier<@Nullable String>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EvidenceFile.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int MAX_BYTES = 8 * 1024;

    private final Path file;
    private volatile boolean running = true;
    private volatile @Nullable String evidence;
    private String problem = "";

    private EvidenceFile(Path file) {
        this.file = file;
    }

    /** Reads the file, if it is there, and begins to watch it. */
    public static EvidenceFile watch(Path file) {
        EvidenceFile watched = new EvidenceFile(file);
        watched.check();
        Thread.ofPlatform().daemon().name("revproc-evidence-file").start(watched::run);
        return watched;
    }

    @Override
    public @Nullable String get() {
        return evidence;
    }

    private void run() {
        while (running) {
            LockSupport.parkNanos(this, LOOK.toNanos());
            check();
        }
    }

    private void check() {
        try {
            // Follows links: a volume of Kubernetes changes where one leads. Does not wait for the writer of a pipe.
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            if (!found.isRegularFile()) {
                throw new IOException("it is no file");
            }
            if (found.size() > MAX_BYTES) {
                throw new IOException("it has more than 8 KiB");
            }
            String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IOException("it holds no token, which is one line");
            }
            evidence = text;
            problem = "";
        } catch (IOException e) {
            String said = e.toString();
            if (!said.equals(problem)) {
                problem = said;
                log.warn("event=evidence_file_unusable file=\"{}\" reason=\"{}\"", Printable.text(file.toString()),
                        Printable.text(said));
            }
        }
    }

    /** Watches the file no more. */
    @Override
    public void close() {
        running = false;
    }
}
