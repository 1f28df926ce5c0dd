package io.revproc.proxy.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One of a thing for each event loop, made when that loop first asks for it. Thread-safe; a loop that has its own finds it
 * with one volatile read.
 */
final class PerLoop<T> {
    private final Supplier<T> maker;
    private volatile @Nullable Object[] each = {};

    PerLoop(Supplier<T> maker) {
        this.maker = maker;
    }

    /** @param loop the loop's number, from 0 */
    @SuppressWarnings("unchecked") // only what the maker made is in the array
    T of(int loop) {
        @Nullable
        Object[] all = each;
        Object found = loop < all.length ? all[loop] : null;
        return found == null ? make(loop) : (T) found;
    }

    private synchronized T make(int loop) {
        T made = maker.get();
        @Nullable
        Object[] next = Arrays.copyOf(each, Math.max(each.length, loop + 1));
        next[loop] = made;
        each = next;
        return made;
    }

    /** Returns the instances that were made. */
    @SuppressWarnings("unchecked") // as above
    List<T> all() {
        List<T> found = new ArrayList<>();
        for (Object one : each) {
            if (one != null) {
                found.add((T) one);
            }
        }
        return found;
    }
}
