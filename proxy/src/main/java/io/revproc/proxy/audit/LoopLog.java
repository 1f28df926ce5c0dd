package io.revproc.proxy.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.revproc.proxy.forward.Delivery;
import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Entry;
import io.revproc.record.Outcome;
import io.revproc.record.Salts;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The record's end on an event loop: digests each message where it lies, and puts what became of it into the loop's ring. The
 * loop's own, but for {@link #lost} and {@link #refused}.
 */
final class LoopLog implements DeliveryLog {
    /** How long a client waits for its receipt before it gets the answer without. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long WATCH_MILLIS = 500;
    private static final String LATER = "ask for the receipt later";
    private static final String TOO_MANY = "Too many receipts are on their way; " + LATER;
    private static final String LATE = "The delivery record was not written in time; " + LATER;
    private static final String NOT_HERE = "The deliveries of this privacy policy are not in the delivery record";
    private static final String NO_ROOM = "There was no room in the delivery record for this delivery";
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    final RecordRing ring;
    private final WriterSignal writer;
    private final ReceiptDesk desk;
    private final ScheduledExecutorService loop;
    private final boolean failClosed;
    private final AuditTrail trail;
    private final Salts salts;
    /** The nonce of the next message. It begins at a random value, so that no two runs use the same ones. */
    private long nonce = new SecureRandom().nextLong();
    private final byte[] digest = new byte[Entry.Digest.LENGTH];
    private final Delivered record = new Delivered();
    /** Receipts that clients wait for, in the order of their deadlines; some may be over. */
    private final Deque<PendingReceipt> waiting = new ArrayDeque<>();
    private boolean watching;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final int hurryAt;
    private int reserved;

    LoopLog(RecordRing ring, WriterSignal writer, ReceiptDesk desk, ScheduledExecutorService loop, Salts salts,
            boolean failClosed, AuditTrail trail) {
        this.ring = ring;
        this.writer = writer;
        this.desk = desk;
        this.loop = loop;
        this.salts = salts;
        this.failClosed = failClosed;
        this.trail = trail;
        this.hurryAt = ring.capacity() / 4;
    }

    @Override
    public boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt) {
        if (!message.recorded()) {
            message.receipt = receipt;
            return true;
        }
        if (failClosed && !mayAdmit()) {
            return false;
        }
        reserve(message);
        message.bytes = to - from;
        message.receipt = receipt;
        message.nonce = nonce++;
        salts.hide(message.nonce, bytes, from, to, digest);
        message.digest0 = (long) LONG.get(digest, 0);
        message.digest1 = (long) LONG.get(digest, 8);
        message.digest2 = (long) LONG.get(digest, 16);
        message.digest3 = (long) LONG.get(digest, 24);
        return true;
    }

    @Override
    public boolean admitAgain(Delivery message) {
        if (!message.recorded()) {
            return true;
        }
        if (failClosed && !mayAdmit()) {
            return false;
        }
        reserve(message);
        return true;
    }

    private boolean mayAdmit() {
        if (writer.accepting() && ring.hasRoom(reserved)) {
            return true;
        }
        refused.lazySet(refused.get() + 1);
        return false;
    }

    private void reserve(Delivery message) {
        if (!message.reserved) {
            message.reserved = true;
            reserved++;
        }
    }

    @Override
    public void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {
        Outcome outcome = failure == null
                ? Outcome.ANSWERED
                : failure == ErrorCode.TIMEOUT ? Outcome.TIMEOUT : Outcome.SERVER_FAILED;
        put(message, endpoint, outcome, nanos, null);
    }

    @Override
    public void delivered(Delivery message, Endpoint endpoint, long nanos, Consumer<byte[]> receipt) {
        if (!message.recorded()) {
            none(receipt, NOT_HERE);
            return;
        }
        if (!desk.enter()) {
            put(message, endpoint, Outcome.ANSWERED, nanos, null);
            none(receipt, TOO_MANY);
            return;
        }
        PendingReceipt pending = new PendingReceipt(this, receipt, System.nanoTime() + PATIENCE_NANOS);
        if (!put(message, endpoint, Outcome.ANSWERED, nanos, pending)) {
            desk.leave(false);
            none(receipt, NO_ROOM);
            return;
        }
        writer.wake();
        waiting.addLast(pending);
        if (!watching) {
            watching = true;
            loop.schedule(this::watch, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void cut(Delivery message, Endpoint endpoint, long nanos) {
        put(message, endpoint, Outcome.CUT, nanos, null);
    }

    @Override
    public void cutOff(Endpoint endpoint, String why, int messages) {
        trail.note("messages-cut", String.valueOf(endpoint.spec().owner()), endpoint.spec().name(),
                why + "; messages: " + messages);
    }

    /** Tells the client that there is no receipt: later, since the caller has not finished with the message. */
    private void none(Consumer<byte[]> receipt, String reason) {
        desk.count(false);
        loop.execute(() -> receipt.accept(PendingReceipt.none(reason)));
    }

    /** Hands over receipts, from any thread; those that were not printed with a reason. */
    void complete(List<PendingReceipt> receipts, String reason) {
        try {
            loop.execute(() -> {
                receipts.forEach(receipt -> completeHere(receipt, reason));
                forgetOver();
            });
        } catch (RejectedExecutionException e) {
            // the loop has ended, and its clients with it
            receipts.forEach(receipt -> desk.leave(false));
        }
    }

    private void completeHere(PendingReceipt receipt, String reason) {
        if (!receipt.isOver()) {
            desk.leave(receipt.isPrinted());
            receipt.complete(reason);
        }
    }

    /** They are in the order of their deadlines, so one timer is enough for all. */
    private void watch() {
        long now = System.nanoTime();
        forgetOver();
        for (PendingReceipt first = waiting.peekFirst(); first != null
                && first.deadline - now <= 0; first = waiting.peekFirst()) {
            late(first);
            forgetOver();
        }
        watching = !waiting.isEmpty();
        if (watching) {
            loop.schedule(this::watch, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void late(PendingReceipt receipt) {
        desk.leave(false);
        receipt.late(LATE);
    }

    private void forgetOver() {
        for (PendingReceipt first = waiting.peekFirst(); first != null && first.isOver(); first = waiting.peekFirst()) {
            waiting.removeFirst();
        }
    }

    /** Returns whether nothing is missing in the record. */
    private boolean put(Delivery message, Endpoint endpoint, Outcome outcome, long nanos,
            @Nullable PendingReceipt receipt) {
        done(message);
        if (!message.recorded()) {
            return true;
        }
        Delivered into = record;
        into.millis = System.currentTimeMillis();
        into.micros = (int) Math.min(nanos / 1_000, 0xffff_ffffL);
        into.outcome = outcome.code();
        into.size = message.bytes;
        into.digest0 = message.digest0;
        into.digest1 = message.digest1;
        into.digest2 = message.digest2;
        into.digest3 = message.digest3;
        into.nonce = message.nonce;
        into.client = message.client();
        into.endpoint = endpoint;
        into.asked = message.widened(endpoint);
        into.clientCertificate = message.clientCertificate();
        into.receipt = receipt;
        boolean put = ring.put(into);
        into.clear();
        if (!put) {
            lost.lazySet(lost.get() + 1);
        } else {
            writer.published(ring.waitMoreThan(hurryAt));
        }
        return put;
    }

    @Override
    public void done(Delivery message) {
        if (message.reserved) {
            message.reserved = false;
            reserved--;
        }
    }

    /** Deliveries that found no room. */
    long lost() {
        return lost.get();
    }

    /** Messages that were not admitted. */
    long refused() {
        return refused.get();
    }
}
