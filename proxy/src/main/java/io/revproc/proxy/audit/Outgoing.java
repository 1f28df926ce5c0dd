package io.revproc.proxy.audit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.revproc.record.Checkpoint;

/** Checkpoints and receipts whose entries are written, until these are as safe as the setting wants them. The writer's thread's own. */
final class Outgoing {
    private final Consumer<Checkpoint> checkpointed;
    private final Deque<Checkpoint> checkpoints = new ArrayDeque<>();
    private final Deque<PendingReceipt> receipts = new ArrayDeque<>();

    Outgoing(Consumer<Checkpoint> checkpointed) {
        this.checkpointed = checkpointed;
    }

    void add(Batch.Written written) {
        checkpoints.addAll(written.signed());
        while (checkpoints.size() > Recovery.MAX_CHECKPOINTS) {
            checkpoints.removeFirst();
        }
        receipts.addAll(written.receipts());
    }

    /** Returns whether clients wait. */
    boolean hasReceipts() {
        return !receipts.isEmpty();
    }

    /** Lets go what may. */
    void settle(ForcePolicy policy) {
        // One that is kept outside and not in the record would look like a record that was cut.
        while (!checkpoints.isEmpty() && policy.mayLeave(checkpoints.getFirst().size())) {
            checkpointed.accept(checkpoints.removeFirst());
        }
        List<PendingReceipt> ready = new ArrayList<>();
        while (!receipts.isEmpty() && policy.mayLeave(receipts.getFirst().index() + 1)) {
            ready.add(receipts.removeFirst());
        }
        complete(ready, "");
    }

    /** Gives up the receipts that are still waiting. */
    void giveUp() {
        List<PendingReceipt> rest = new ArrayList<>(receipts);
        receipts.clear();
        complete(rest, "");
    }

    /**
     * Hands receipts over, once for each loop.
     *
     * @param reason for those that were not printed
     */
    static void complete(List<PendingReceipt> all, String reason) {
        Map<LoopLog, List<PendingReceipt>> byLoop = new IdentityHashMap<>();
        for (PendingReceipt receipt : all) {
            byLoop.computeIfAbsent(receipt.owner(), owner -> new ArrayList<>()).add(receipt);
        }
        byLoop.forEach((owner, its) -> owner.complete(its, reason));
    }
}
