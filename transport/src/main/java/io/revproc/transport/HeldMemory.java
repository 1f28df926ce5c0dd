package io.revproc.transport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Memory of one kind that peers can make grow, such as the beginnings of their messages: how much all connections hold of it, and the
 * bound on that. Past the bound the holders that have cost most are told to give up, until a part of the room is free again; a holder
 * that grew meanwhile is told to stop until there is room. One address may hold half of it. Thread-safe; a connection that holds nothing
 * costs nothing here.
 */
public final class HeldMemory {
    /** Of the bound, so much is free after holders gave up: then the next ones are looked for only when that has filled. */
    private static final int FREED_SHARE = 8;

    /** Whoever holds memory. Called on the executor of its {@link Account}. */
    public interface Holder {
        /** Gives back at once all that is held, and holds nothing more. */
        void giveUp();

        /** Goes on: there is room again, after {@link Account#awaitRoom}. */
        void resume();
    }

    /** Told when holders had to give up; on any thread, must not block. */
    public interface Observer {
        void gaveUp(HeldMemory memory, int holders, long bytes);
    }

    private final String kind;
    private final MemoryShare all;
    private final long maxPerAddress;
    private final Observer observer;
    private final AtomicLong gaveUp = new AtomicLong();
    private final ConcurrentHashMap<Object, MemoryShare> perAddress = new ConcurrentHashMap<>();
    /** Those that have ever held anything and are not closed. */
    private final Set<Account> accounts = ConcurrentHashMap.newKeySet();
    private final Set<Account> waiting = ConcurrentHashMap.newKeySet();

    /**
     * @param kind     what is held, for log and metrics
     * @param max      the most bytes of all connections together
     * @param smallest what one connection must be able to hold, whatever the bound
     */
    public HeldMemory(String kind, long max, long smallest, Observer observer) {
        this.kind = kind;
        this.all = new MemoryShare(Math.max(max, 2 * smallest));
        this.maxPerAddress = all.max / 2;
        this.observer = observer;
    }

    /** Returns what is held, for log and metrics. */
    public String kind() {
        return kind;
    }

    /** Returns the most bytes. */
    public long max() {
        return all.max;
    }

    /** Returns the bytes that are held now. */
    public long bytes() {
        return all.bytes.get();
    }

    /** Returns how many holders had to give up since the start. */
    public long gaveUp() {
        return gaveUp.get();
    }

    /**
     * Opens the account of a connection.
     *
     * @param loop    where the holder is called; the account's methods are called there alone
     * @param address whom the memory is counted to; null: to nobody, the bound over all is the only one
     */
    public Account open(Executor loop, @Nullable Object address, Holder holder) {
        return new Account(loop, address, holder);
    }

    /** Has the holders that cost most give up, of one address or of all. */
    private void relieve(MemoryShare share, Account asking, long now) {
        List<Account> chosen;
        long bytes = 0;
        synchronized (all) {
            chosen = dearest(share, now);
            for (Account account : chosen) {
                bytes += account.condemn();
            }
        }
        if (chosen.isEmpty()) {
            return;
        }
        gaveUp.addAndGet(chosen.size());
        observer.gaveUp(this, chosen.size(), bytes);
        for (Account account : chosen) {
            if (account.loop == asking.loop) {
                // At once: one wake-up of a loop may bring very many reads.
                account.holder.giveUp();
            } else {
                account.run(account.holder::giveUp);
            }
        }
    }

    /** Returns the holders that have cost most, until they free enough. */
    private List<Account> dearest(MemoryShare share, long now) {
        long excess = share.excess();
        List<Account> chosen = new ArrayList<>();
        if (excess <= 0) {
            // Another loop was faster.
            return chosen;
        }
        // A copy of what is compared: the loops go on changing it.
        record Cost(Account account, long bytes, double cost) {}
        List<Cost> costs = new ArrayList<>();
        for (Account account : accounts) {
            long bytes = account.bytes;
            if (bytes > 0 && account.condemned == 0 && (share == all || share == account.share)) {
                costs.add(new Cost(account, bytes, cost(bytes, now - account.since)));
            }
        }
        costs.sort(Comparator.comparingDouble(Cost::cost).reversed());
        long left = excess + share.max / FREED_SHARE;
        for (int i = 0; i < costs.size() && left > 0; i++) {
            chosen.add(costs.get(i).account);
            left -= costs.get(i).bytes;
        }
        return chosen;
    }

    /** Returns what a holder has cost: its bytes, times their age with a second added, so that the size alone tells young ones apart. */
    static double cost(long bytes, long ageNanos) {
        return bytes * (1 + Math.max(0, ageNanos) / 1e9);
    }

    private void roomAgain() {
        for (Account account : waiting) {
            account.run(account.holder::resume);
        }
    }

    /** The memory that one connection holds. Its methods are for the connection's loop. */
    public final class Account {
        private final Executor loop;
        private final @Nullable Object address;
        private final Holder holder;
        /** Its address's; null while nothing was held, or if it counts to none. */
        private volatile @Nullable MemoryShare share;
        /** Written by the connection's loop, read by any that looks for holders to give up; so is {@link #since}. */
        private volatile long bytes;
        private volatile long since;
        /** The bytes that it was told to give back. */
        private volatile long condemned;
        private boolean known;
        private boolean waits;
        private boolean closed;
        /** The same as {@link #bytes}, cheaper to read. */
        private long mine;

        private Account(Executor loop, @Nullable Object address, Holder holder) {
            this.loop = loop;
            this.address = address;
            this.holder = holder;
        }

        /**
         * Sets how many bytes are held now. May call {@link Holder#giveUp}, of this account as well.
         *
         * @param held      the bytes
         * @param heldSince since when, as {@link System#nanoTime()}
         * @param now       on the same scale
         */
        public void hold(long held, long heldSince, long now) {
            if (held != mine) {
                change(held, heldSince, now);
            } else if (held > 0 && heldSince != since) {
                since = heldSince;
            }
        }

        private void change(long held, long heldSince, long now) {
            if (closed) {
                return;
            }
            if (!known) {
                enter();
            }
            long more = held - mine;
            mine = held;
            since = heldSince;
            bytes = held;
            MemoryShare own = share;
            boolean room = all.change(more);
            if (own != null) {
                room |= own.change(more);
            }
            if (held == 0 && condemned > 0) {
                pardon(own);
            }
            if (room && !waiting.isEmpty()) {
                roomAgain();
            } else if (more > 0 && all.excess() > 0) {
                relieve(all, this, now);
            } else if (more > 0 && own != null && own.excess() > 0) {
                relieve(own, this, now);
            }
        }

        private void enter() {
            known = true;
            Object whose = address;
            if (whose != null) {
                share = perAddress.compute(whose, (key, old) -> {
                    MemoryShare entered = old == null ? new MemoryShare(maxPerAddress) : old;
                    entered.accounts++;
                    return entered;
                });
            }
            accounts.add(this);
        }

        /** Counts what it is told to give back; under the lock of {@link #relieve}. */
        private long condemn() {
            long given = bytes;
            MemoryShare own = share;
            condemned = given;
            all.condemned.addAndGet(given);
            if (own != null) {
                own.condemned.addAndGet(given);
            }
            return given;
        }

        private void pardon(@Nullable MemoryShare own) {
            long given = condemned;
            condemned = 0;
            all.condemned.addAndGet(-given);
            if (own != null) {
                own.condemned.addAndGet(-given);
            }
        }

        /** Returns whether there is room to hold more. */
        public boolean hasRoom() {
            MemoryShare own = share;
            return mine == 0 || !all.full() && (own == null || !own.full());
        }

        /** Has {@link Holder#resume} called when there is room again. */
        public void awaitRoom() {
            waits = true;
            waiting.add(this);
            if (hasRoom()) {
                run(holder::resume);
            }
        }

        /** Takes back {@link #awaitRoom}. */
        public void waitNoLonger() {
            if (waits) {
                waits = false;
                waiting.remove(this);
            }
        }

        /** Closes the account: the connection is gone, or holds nothing any more for good. */
        public void close() {
            if (closed) {
                return;
            }
            hold(0, 0, 0);
            closed = true;
            if (known) {
                waitNoLonger();
                synchronized (all) {
                    accounts.remove(this);
                    if (condemned > 0) {
                        pardon(share);
                    }
                }
                Object whose = address;
                if (whose != null) {
                    perAddress.computeIfPresent(whose, (key, own) -> --own.accounts == 0 ? null : own);
                }
            }
        }

        private void run(Runnable task) {
            try {
                loop.execute(task);
            } catch (RejectedExecutionException e) {
                // Its loop has ended, and all that it held.
            }
        }
    }
}
