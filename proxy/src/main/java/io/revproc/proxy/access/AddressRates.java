package io.revproc.proxy.access;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket per address: so many at once, and so many a second. It knows at most so many addresses; when all of these are
 * busy, the others share one bucket, so that neither memory nor the rate can be had by coming from many. Thread-safe, without
 * locks.
 */
public final class AddressRates {
    /** How often idle addresses are looked for while there is no room. */
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long interval;
    private final long tolerance;
    private final int maxAddresses;
    private final LongSupplier nanoClock;
    /** When each bucket is full again. */
    private final ConcurrentHashMap<AddressKey, AtomicLong> buckets = new ConcurrentHashMap<>();
    private final AtomicLong others;
    private final AtomicLong nextSweep;

    /**
     * @param perSecond    how many a second, over 0
     * @param burst        how many at once, at least 1
     * @param maxAddresses how many addresses are told apart; about 100 bytes each
     * @param nanoClock    as {@link System#nanoTime()}
     */
    public AddressRates(double perSecond, int burst, int maxAddresses, LongSupplier nanoClock) {
        if (!(perSecond > 0) || burst < 1 || maxAddresses < 1) {
            throw new IllegalArgumentException("a rate has more than 0 a second and at least 1 at once");
        }
        this.interval = Math.max(1, (long) (TimeUnit.SECONDS.toNanos(1) / perSecond));
        this.tolerance = interval * burst;
        this.maxAddresses = maxAddresses;
        this.nanoClock = nanoClock;
        long now = nanoClock.getAsLong();
        this.others = new AtomicLong(now);
        this.nextSweep = new AtomicLong(now);
    }

    /** Takes one from the address's bucket. @return false if it is empty */
    public boolean take(AddressKey address) {
        long now = nanoClock.getAsLong();
        AtomicLong bucket = buckets.get(address);
        return take(bucket == null ? add(address, now) : bucket, now);
    }

    /** Returns whether there is one left in the address's bucket; takes none. */
    public boolean hasRoom(AddressKey address) {
        long now = nanoClock.getAsLong();
        AtomicLong bucket = buckets.get(address);
        long full = bucket != null ? bucket.get() : buckets.mappingCount() < maxAddresses ? now : others.get();
        return (full - now < 0 ? now : full) + interval - now <= tolerance;
    }

    private boolean take(AtomicLong bucket, long now) {
        while (true) {
            long full = bucket.get();
            long next = (full - now < 0 ? now : full) + interval;
            if (next - now > tolerance) {
                return false;
            }
            if (bucket.compareAndSet(full, next)) {
                return true;
            }
        }
    }

    private AtomicLong add(AddressKey address, long now) {
        if (buckets.mappingCount() >= maxAddresses) {
            sweep(now);
            if (buckets.mappingCount() >= maxAddresses) {
                return others;
            }
        }
        return buckets.computeIfAbsent(address, unknown -> new AtomicLong(now));
    }

    /** Forgets the addresses whose buckets are full: they are as if never seen. */
    private void sweep(long now) {
        long due = nextSweep.get();
        if (now - due >= 0 && nextSweep.compareAndSet(due, now + SWEEP_NANOS)) {
            buckets.values().removeIf(full -> full.get() - now <= 0);
        }
    }

    /** Returns how many addresses are known. */
    public int addresses() {
        return buckets.size();
    }
}
