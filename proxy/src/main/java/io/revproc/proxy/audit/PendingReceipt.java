package io.revproc.proxy.audit;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A receipt that a client waits for. Made on an event loop, printed by the writer once its entry is in the record, and handed over on
 * the loop: once, the receipt or why there is none.
 */
final class PendingReceipt {
    private static final byte[] BEFORE = "\"receipt\": \"".getBytes(StandardCharsets.US_ASCII);

    private final LoopLog owner;
    private final Consumer<byte[]> taker;
    /** {@link System#nanoTime} at which the client gets its answer without. */
    final long deadline;
    /** The writer's until it is handed over. */
    private long index;
    private byte[] salt = {};
    private byte[] leaf = {};
    private byte @Nullable [] member;
    /** The loop's. */
    private boolean over;

    PendingReceipt(LoopLog owner, Consumer<byte[]> taker, long deadline) {
        this.owner = owner;
        this.taker = taker;
        this.deadline = deadline;
    }

    LoopLog owner() {
        return owner;
    }

    /** Takes what the receipt is made of, once its entry stands in the batch. For the writer. */
    void recorded(long at, byte[] itsSalt, byte[] itsLeaf) {
        index = at;
        salt = itsSalt;
        leaf = itsLeaf;
    }

    long index() {
        return index;
    }

    byte[] salt() {
        return salt;
    }

    byte[] leaf() {
        return leaf;
    }

    /** Takes the receipt as it stands in a JSON string. For the writer. */
    void printed(byte[] text) {
        byte[] all = new byte[BEFORE.length + text.length + 1];
        System.arraycopy(BEFORE, 0, all, 0, BEFORE.length);
        System.arraycopy(text, 0, all, BEFORE.length, text.length);
        all[all.length - 1] = '"';
        member = all;
        leaf = new byte[0];
    }

    boolean isOver() {
        return over;
    }

    /** Hands over the receipt if it was printed, else the reason why there is none; on the loop. */
    void complete(String reason) {
        over = true;
        byte[] printed = member;
        taker.accept(printed == null ? none(reason) : printed);
    }

    /** Tells the client that the receipt took too long, whatever the writer does later; called on the loop. */
    void late(String reason) {
        over = true;
        taker.accept(none(reason));
    }

    /** Returns whether it was printed. */
    boolean isPrinted() {
        return member != null;
    }

    /**
     * Returns what the answer says instead of a receipt.
     *
     * @param reason has nothing that JSON escapes
     */
    static byte[] none(String reason) {
        return ("\"receiptError\": \"" + reason + "\"").getBytes(StandardCharsets.US_ASCII);
    }
}
