package io.revproc.proxy.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import javax.crypto.SecretKey;

import io.revproc.proxy.forward.Delivery;
import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Chain;
import io.revproc.record.Entry;
import io.revproc.record.Outcome;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The record's end on an event loop: digests each message where it lies, and puts what became of it into the loop's ring. The
 * loop's own, but for {@link #lost} and {@link #refused}.
 */
final class LoopLog implements DeliveryLog {
    /** How long a client waits for its receipt before it gets the answer without. */
    private static final long RECEIPT_PATIENCE_MILLIS = 5_000;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    final RecordRing ring;
    private final WriterSignal writer;
    private final ReceiptDesk desk;
    private final ScheduledExecutorService loop;
    private final boolean failClosed;
    private final KeyedDigest keyed;
    private final MessageDigest sha256 = Chain.digest();
    private final byte[] digest = new byte[Entry.Digest.LENGTH];
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final int hurryAt;
    private int reserved;

    LoopLog(RecordRing ring, WriterSignal writer, ReceiptDesk desk, ScheduledExecutorService loop, SecretKey digestKey,
            boolean failClosed) {
        this.ring = ring;
        this.writer = writer;
        this.desk = desk;
        this.loop = loop;
        this.failClosed = failClosed;
        this.hurryAt = ring.capacity() / 4;
        this.keyed = new KeyedDigest(digestKey);
    }

    @Override
    public boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt) {
        if (failClosed && !mayAdmit()) {
            return false;
        }
        reserve(message);
        message.bytes = to - from;
        keyed.digest(bytes, from, to, digest);
        message.digest0 = (long) LONG.get(digest, 0);
        message.digest1 = (long) LONG.get(digest, 8);
        message.digest2 = (long) LONG.get(digest, 16);
        message.digest3 = (long) LONG.get(digest, 24);
        if (receipt) {
            sha256.update(bytes, from, to - from);
            message.receiptDigest = sha256.digest();
        }
        return true;
    }

    @Override
    public boolean admitAgain(Delivery message) {
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
    public void delivered(Delivery message, Endpoint endpoint, long nanos, Consumer<byte @Nullable []> receipt) {
        byte[] wanted = message.receiptDigest;
        boolean entered = wanted != null && desk.enter();
        PendingReceipt pending = new PendingReceipt(loop, receipt, wanted == null ? digest : wanted,
                entered ? desk::leave : () -> {});
        boolean put = put(message, endpoint, Outcome.ANSWERED, nanos, entered ? pending : null);
        if (!put || !entered) {
            // not within this call, whose caller is not through with the message
            loop.execute(() -> pending.completeHere(null));
            return;
        }
        writer.wake();
        loop.schedule(() -> pending.completeHere(null), RECEIPT_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private boolean put(Delivery message, Endpoint endpoint, Outcome outcome, long nanos,
            @Nullable PendingReceipt receipt) {
        done(message);
        long micros = nanos / 1_000;
        boolean put = ring.put(System.currentTimeMillis(), (int) Math.min(micros, 0xffff_ffffL), outcome.code(),
                message.bytes, message.digest0, message.digest1, message.digest2, message.digest3, message.client(),
                endpoint, message.clientCertificate(), receipt);
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
