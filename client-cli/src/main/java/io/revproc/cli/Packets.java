package io.revproc.cli;

import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Packets one after the other, null at the end. */
record Packets(Supplier<@Nullable Packet> source, Runnable end) implements AutoCloseable {
    static Packets one(Packet packet) {
        Iterator<Packet> all = List.of(packet).iterator();
        return new Packets(() -> all.hasNext() ? all.next() : null, () -> {});
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
