package io.revproc.cli;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Packets one after the other, null at the end.
 *
 * @param total how many there will be; 0 if that is not known
 * @param unit  what each is in the source, for complaints: line, message
 */
record Packets(Supplier<@Nullable Packet> source, long total, String unit, Runnable end) implements AutoCloseable {
    static Packets one(Packet packet) {
        Iterator<Packet> all = List.of(packet).iterator();
        return new Packets(() -> all.hasNext() ? all.next() : null, 1, "message", () -> {});
    }

    @Nullable
    Packet next() {
        return source.get();
    }

    /** Each so many times. */
    Supplier<@Nullable Packet> repeated(int times) {
        return new Supplier<>() {
            private @Nullable Packet current;
            private int left;

            @Override
            public @Nullable Packet get() {
                if (left == 0) {
                    current = next();
                    left = times;
                }
                left--;
                return current;
            }
        };
    }

    @Override
    public void close() {
        end.run();
    }
}
