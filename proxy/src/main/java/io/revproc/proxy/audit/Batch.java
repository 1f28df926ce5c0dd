package io.revproc.proxy.audit;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Checkpoint;
import io.revproc.record.EntryWriter;
import io.revproc.record.Outcome;
import io.revproc.record.Receipt;
import io.revproc.record.Salts;
import io.revproc.record.SigningKey;
import io.revproc.record.tlog.TreeBuilder;
import io.revproc.wire.Ident;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of one write: entries, the receipts that clients want of them, and at the end a checkpoint or a seal. The writer's
 * thread's own, but for {@link #unrecordable}.
 */
final class Batch {
    private static final Logger log = LoggerFactory.getLogger(Batch.class);
    /** Bytes that one write gathers at most. */
    static final int BYTES = 512 * 1024;
    /** Endpoints whose bytes are remembered; after so many they are computed anew. */
    private static final int MAX_SERVERS = 10_000;
    /** Characters of a grant's name that an entry has. */
    private static final int LONGEST_GRANT = 128;

    private final SigningKey key;
    private final Seals seals;
    private final Salts salts;
    private final EntryWriter entries;
    private final EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
    private final Map<Endpoint, byte[]> servers = new IdentityHashMap<>();
    private final Map<Ident, byte[]> asked = new HashMap<>();
    private final List<PendingReceipt> receipts = new ArrayList<>();
    private final List<Checkpoint> signed = new ArrayList<>();
    private final AtomicLong unrecordable = new AtomicLong();
    private long unsigned;

    Batch(SigningKey key, Salts salts, String origin) {
        this.key = key;
        this.salts = salts;
        this.seals = new Seals(key);
        this.entries = new EntryWriter(2 * BYTES, origin);
    }

    void start(long size, List<byte[]> frontier) {
        entries.start(size, frontier);
    }

    /** Returns how many entries the log has with these. */
    long size() {
        return entries.size();
    }

    List<byte[]> frontier() {
        return entries.tree().frontier();
    }

    boolean isFull() {
        return entries.length() >= BYTES;
    }

    boolean isEmpty() {
        return entries.length() == 0;
    }

    byte[] array() {
        return entries.array();
    }

    int length() {
        return entries.length();
    }

    /** Returns how many entries there are since the last checkpoint. */
    long unsigned() {
        return unsigned;
    }

    /** Returns whether a client waits for a receipt of one of its entries. */
    boolean hasReceipts() {
        return !receipts.isEmpty();
    }

    /** Entries that a fault in the program kept out of the record. For any thread. */
    long unrecordable() {
        return unrecordable.get();
    }

    void event(long millis, String action, String who, String subject, String detail) {
        entries.event(millis, action, who, subject, detail);
        unsigned++;
    }

    /** One that can't be taken down must not stand in the way of the others for ever. */
    void delivery(Delivered delivered) {
        try {
            add(delivered);
        } catch (RuntimeException e) {
            entries.undo();
            unrecordable.incrementAndGet();
            Endpoint endpoint = delivered.endpoint;
            log.error("event=audit_entry_failed server={} reason={}",
                    LogValue.of(endpoint == null ? "" : endpoint.spec().name()), LogValue.of(e.toString()));
            PendingReceipt receipt = delivered.receipt;
            if (receipt != null) {
                receipt.owner().complete(List.of(receipt), "The delivery could not be recorded");
            }
        }
    }

    private void add(Delivered delivered) {
        Endpoint endpoint = Objects.requireNonNull(delivered.endpoint);
        InetSocketAddress client = Objects.requireNonNull(delivered.client);
        PendingReceipt receipt = delivered.receipt;
        EntryWriter.DeliveryData to = data;
        to.millis = delivered.millis;
        to.micros = delivered.micros;
        to.outcome = delivered.outcome;
        to.size = delivered.size;
        to.digest0 = delivered.digest0;
        to.digest1 = delivered.digest1;
        to.digest2 = delivered.digest2;
        to.digest3 = delivered.digest3;
        to.nonce = delivered.nonce;
        to.receipt = receipt != null;
        to.clientCertificate = delivered.clientCertificate;
        to.serverCertificate = certificate(endpoint);
        to.client = client.getAddress().getAddress();
        to.clientPort = client.getPort();
        to.server = server(endpoint);
        to.granted = endpoint.spec().owner() != null;
        to.asked = asked(delivered.asked);
        long index = entries.size();
        entries.delivery(to);
        unsigned++;
        if (receipt != null && delivered.outcome == Outcome.ANSWERED.code()) {
            receipt.recorded(index, salts.salt(delivered.nonce), entries.lastLeaf());
            receipts.add(receipt);
        }
    }

    private static byte @Nullable [] certificate(Endpoint endpoint) {
        String fingerprint = endpoint.spec().certificate();
        return fingerprint == null ? null : HexFormat.of().parseHex(fingerprint);
    }

    /** Returns the bytes of a policy's name; null if the server is one of its own. */
    private byte @Nullable [] asked(@Nullable Ident policy) {
        if (policy == null) {
            return null;
        }
        if (asked.size() >= MAX_SERVERS) {
            asked.clear();
        }
        return asked.computeIfAbsent(policy, each -> each.text().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String grant(Endpoint endpoint) {
        String grant = endpoint.spec().owner();
        return grant == null ? null : grant.substring(0, Math.min(grant.length(), LONGEST_GRANT));
    }

    private byte[] server(Endpoint endpoint) {
        byte[] server = servers.get(endpoint);
        if (server == null) {
            if (servers.size() >= MAX_SERVERS) {
                servers.clear();
            }
            server = EntryWriter.server(endpoint.spec().address().getAddress(), endpoint.spec().port(),
                    endpoint.spec().policy().text(), endpoint.spec().id().text(), grant(endpoint));
            servers.put(endpoint, server);
        }
        return server;
    }

    /** Signs all that there is, and adds that. */
    void checkpoint(long segment, long millis) {
        signed.add(entries.checkpoint(key, segment, millis));
        unsigned = 0;
    }

    /** Adds a seal behind the entries that no checkpoint covers yet: by it the next start knows which entries are this proxy's own. */
    void seal(long segment, long millis) {
        entries.seal(millis, seals.mac(segment, entries.size(), millis, entries.tree().root()));
    }

    /** Takes back an entry of which only a part is there. */
    void undo() {
        entries.undo();
    }

    /** The result of a batch that was written. */
    record Written(List<Checkpoint> signed, List<PendingReceipt> receipts) {}

    /**
     * Prints the receipts, and begins the next batch: this one is written.
     *
     * @param nodes hears of the tree's nodes that it completed
     */
    Written written(TreeBuilder.NodeSink nodes) {
        Written written = new Written(List.copyOf(signed), List.copyOf(receipts));
        if (!receipts.isEmpty()) {
            Receipt.Printer printer = new Receipt.Printer(signed.getLast());
            for (PendingReceipt receipt : receipts) {
                receipt.printed(printer.print(receipt.salt(), receipt.leaf(), receipt.index(),
                        entries.tree().inclusion(receipt.index())));
            }
        }
        entries.committed(nodes);
        signed.clear();
        receipts.clear();
        return written;
    }

    /** Forgets what can't be written. @return the receipts of it */
    List<PendingReceipt> rollBack() {
        entries.rollBack();
        signed.clear();
        List<PendingReceipt> without = List.copyOf(receipts);
        receipts.clear();
        return without;
    }
}
