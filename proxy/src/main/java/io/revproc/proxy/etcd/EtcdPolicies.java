package io.revproc.proxy.etcd;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies and grants that several proxies share in etcd: one key says which version is in force, and each version's text has a key of
 * its own. Looks at the first one four times a second, on a thread of its own: a change is in force at all proxies within a second, as a
 * whole. Where etcd can't be reached, or has something that is not valid here, the former rules stay in force. Thread-safe.
 *
 * <p>The keys are not among those of the switch table, which is read as a whole: {@code /revproc-policies/current} and
 * {@code /revproc-policies/text/VERSION}.
 */
public final class EtcdPolicies implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EtcdPolicies.class);
    /** Versions whose text is kept. */
    static final int KEPT = 10;
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);
    /** Unread for longer than this they may have been changed since. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(10);

    private final EtcdSettings settings;
    private final List<URI> endpoints;
    private final Receiver receiver;
    private final String prefix;
    private final PolicyCodec codec = new PolicyCodec();
    private final Thread thread = Thread.ofPlatform().daemon().name("revproc-policies").unstarted(this::run);
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean running = true;
    private volatile Status status = new Status(null, List.of(), null);
    private volatile long readAt = System.nanoTime();
    /** Whether {@link #readAt} is a reading. */
    private volatile boolean everRead;
    private volatile String unreached = "it was not asked yet";
    /** The thread's own: the change of etcd's key that was looked at last, and which member is asked. */
    private long looked = -1;
    private int endpoint;

    /** Takes versions, one at a time. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Puts a version in force as a whole, or leaves all as it is.
         *
         * @throws IllegalArgumentException if it is not valid here; the sentence says why
         */
        void take(PolicyVersion version, byte[] text);
    }

    /**
     * How etcd's policies stand to the rules in force.
     *
     * @param inForce the version in force; null: none of etcd's
     * @param former  those before it that etcd told of, newest first
     * @param problem why etcd's version is not in force; null if it is
     */
    public record Status(@Nullable PolicyVersion inForce, List<PolicyVersion> former, @Nullable String problem) {}

    public EtcdPolicies(EtcdSettings settings, Receiver receiver) {
        this.settings = settings;
        this.endpoints = settings.uris();
        this.receiver = receiver;
        this.prefix = settings.prefix().substring(0, settings.prefix().length() - 1) + "-policies/";
    }

    /**
     * Begins, and waits for the first reading for as long as the settings say.
     *
     * @param ending whether it need not be waited for any more, since the process ends; asked again and again
     */
    public void start(BooleanSupplier ending) {
        thread.start();
        try {
            if (!StartWait.await(read, settings.startWait(), ending) && !ending.getAsBoolean()) {
                log.warn("event=policies_not_read reason={} servers=refused", LogValue.of(unreached));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how they stand now. What was not read for ten seconds has a problem, whatever it says. */
    public Status status() {
        Status known = status;
        long silent = System.nanoTime() - readAt;
        if (everRead && silent <= MAX_SILENCE.toNanos()) {
            return known;
        }
        return new Status(known.inForce(), known.former(), everRead
                ? "etcd was last read " + TimeUnit.NANOSECONDS.toSeconds(silent)
                        + " s ago, and changes since then are not in force: " + unreached
                : "etcd was not read yet, so that only the settings' grants count: " + unreached);
    }

    /** Returns how often a version was refused. */
    public long refused() {
        return refused.get();
    }

    private String current() {
        return prefix + "current";
    }

    private String text(long version) {
        return prefix + "text/" + version;
    }

    private void run() {
        Duration pause = CHECK_INTERVAL;
        while (running) {
            try (EtcdLink link = EtcdLink.open(endpoints.get(endpoint), settings)) {
                while (running) {
                    look(link);
                    pause = CHECK_INTERVAL;
                    LockSupport.parkNanos(this, CHECK_INTERVAL.toNanos());
                }
            } catch (EtcdException e) {
                unreached = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // A reader that has ended takes nothing back any more.
                log.error("event=policies_failed", e);
                unreached = e.getClass().getSimpleName();
            }
            endpoint = (endpoint + 1) % endpoints.size();
            LockSupport.parkNanos(this, pause.toNanos());
            pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) < 0 ? pause.multipliedBy(2) : MAX_PAUSE;
        }
    }

    private void look(EtcdLink link) throws EtcdException, InterruptedException {
        Item found = link.await(link.get(current())).orElse(null);
        long change = found == null ? 0 : found.modRevision();
        if (change != looked) {
            take(link, found);
            looked = change;
        }
        readAt = System.nanoTime();
        everRead = true;
        read.countDown();
    }

    private void take(EtcdLink link, @Nullable Item found) throws EtcdException, InterruptedException {
        PolicyVersion before = status.inForce();
        try {
            PolicyCodec.Head head = found == null || found.value() == null ? null : codec.head(found.value());
            PolicyVersion version = head == null ? null : head.current();
            switch (PolicyVersion.meaning(before, version)) {
                case NONE, SAME -> status = new Status(before, head == null ? List.of() : head.former(), null);
                case GONE -> throw new IllegalArgumentException(
                        "etcd has no policies any more; apply them again: version " + number(before)
                                + " stays in force");
                case OLDER -> throw new IllegalArgumentException("etcd lost version " + number(before) + " and has "
                        + number(version) + "; apply the policies again");
                case NEWER -> {
                    PolicyVersion newer = Objects.requireNonNull(version);
                    Item text = link.await(link.get(text(newer.version()))).orElse(null);
                    byte[] bytes = PolicyCodec.text(text == null ? null : text.value());
                    if (!newer.sha256().equals(sha256(bytes))) {
                        throw new IllegalArgumentException("the text of version " + newer.version()
                                + " is not the one that was applied");
                    }
                    receiver.take(newer, bytes);
                    log.info("event=policies_loaded version={} author={}", newer.version(),
                            LogValue.of(newer.author()));
                    status = new Status(newer, Objects.requireNonNull(head).former(), null);
                }
            }
        } catch (IllegalArgumentException e) {
            refused.getAndIncrement();
            String problem = String.valueOf(e.getMessage());
            log.error("event=policies_refused reason={} rules=as-before", LogValue.of(problem));
            status = new Status(before, status.former(), problem);
        }
    }

    private static String number(@Nullable PolicyVersion version) {
        return version == null ? "none" : Long.toString(version.version());
    }

    /**
     * Puts a text in place of the version that etcd has, at all proxies. Waits for etcd.
     *
     * @param text     valid: nobody asks the receiver first
     * @param expected the version that it is made from; 0: there was none
     * @param author   who answers for it
     * @param by       the account that applies it
     * @return its version
     */
    public PolicyVersion apply(byte[] text, long expected, String author, String by) throws PolicyStoreException {
        byte[] compressed = PolicyCodec.compressed(text);
        if (compressed.length > PolicyCodec.MAX_COMPRESSED) {
            throw new PolicyStoreException(PolicyStoreException.Kind.TOO_LARGE, "Compressed, the policies have "
                    + compressed.length + " bytes, and etcd takes " + PolicyCodec.MAX_COMPRESSED
                    + "; use shorter names and comments, or fewer grants");
        }
        EtcdException last = new EtcdException("it was not asked");
        for (URI each : endpoints) {
            try (EtcdLink link = EtcdLink.open(each, settings)) {
                return apply(link, text, compressed, expected, author, by);
            } catch (EtcdException e) {
                last = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unavailable("the proxy ends");
            }
        }
        throw unavailable(String.valueOf(last.getMessage()));
    }

    private static PolicyStoreException unavailable(String why) {
        return new PolicyStoreException(PolicyStoreException.Kind.UNAVAILABLE,
                "etcd can't take the policies now, or did not answer whether it did; look at the version and try again: "
                        + why);
    }

    private PolicyVersion apply(EtcdLink link, byte[] text, byte[] compressed, long expected, String author, String by)
            throws EtcdException, InterruptedException, PolicyStoreException {
        Item found = link.await(link.get(current())).orElse(null);
        PolicyCodec.Head head = head(found);
        PolicyVersion there = head == null ? null : head.current();
        String digest = sha256(text);
        if (there != null && there.sha256().equals(digest) && there.version() == expected + 1
                && there.author().equals(author) && there.by().equals(by)) {
            // A member that is asked second: the first one did it, and did not say so.
            return there;
        }
        if ((there == null ? 0 : there.version()) != expected) {
            throw conflict(there, expected);
        }
        PolicyVersion known = status.inForce();
        // One that was in force here and that etcd lost is not to be taken for this one.
        long next = Math.max(expected, known == null ? 0 : known.version()) + 1;
        PolicyVersion made = new PolicyVersion(next, author, by, Instant.now().truncatedTo(ChronoUnit.MILLIS), digest);
        List<PolicyVersion> former = new ArrayList<>();
        if (head != null) {
            former.add(head.current());
            former.addAll(head.former());
        }
        List<String> over = former.stream().skip(KEPT - 1).map(version -> text(version.version())).toList();
        Map<String, byte[]> puts = new LinkedHashMap<>();
        puts.put(current(), codec.bytes(new PolicyCodec.Head(made, former.stream().limit(KEPT - 1).toList())));
        puts.put(text(next), compressed);
        Outcome outcome = link.await(link.replace(current(), found == null ? 0 : found.modRevision(), puts, over));
        if (!outcome.done()) {
            PolicyCodec.Head now = head(outcome.current());
            throw conflict(now == null ? null : now.current(), expected);
        }
        LockSupport.unpark(thread);
        return made;
    }

    /** Returns what etcd says is in force; what can't be read is replaced as if there was nothing. */
    private PolicyCodec.@Nullable Head head(@Nullable Item item) {
        try {
            return item == null || item.value() == null ? null : codec.head(item.value());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static PolicyStoreException conflict(@Nullable PolicyVersion there, long expected) {
        return new PolicyStoreException(PolicyStoreException.Kind.CONFLICT, there == null
                ? "There are no policies in etcd, and the change was made from version " + expected
                        + "; to put them there again, make it from version 0"
                : "Version " + there.version() + " is there by now, of " + there.author()
                        + ", and the change was made from version " + expected + "; look at it, and apply again");
    }

    private static String sha256(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        running = false;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        thread.interrupt();
        ThreadEnd.await(thread, Duration.ofSeconds(5));
    }
}
