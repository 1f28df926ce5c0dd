package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** A file with a signed token, looked at once a second at most. Not thread-safe. */
final class TokenFile implements Supplier<@Nullable String> {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Path file;
    private @Nullable String token;
    private long lookedAt = System.nanoTime() - LOOK_NANOS;

    TokenFile(Path file) {
        this.file = file;
    }

    /** Returns the token that was there at the last look that found one; null if none did. */
    @Override
    public @Nullable String get() {
        long now = System.nanoTime();
        if (now - lookedAt >= LOOK_NANOS) {
            lookedAt = now;
            String found = contentOf(file);
            token = found == null ? token : found;
        }
        return token;
    }

    /** Returns the token in the file, as it is there now; null if it can't be read. */
    static @Nullable String contentOf(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            return null;
        }
    }
}
