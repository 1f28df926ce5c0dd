package io.revproc.proxy.etcd;

import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WriteQueueTest {
    private final WriteQueue queue = new WriteQueue();

    private static SlotState says(int id) {
        return SlotState.of(new EntryKey(Ident.of("PP_1"), Ident.of(id))).withWordPending(true);
    }

    private static SlotState deletes(int id) {
        return SlotState.of(says(id).key()).withRemoval("t");
    }

    @Test
    void deletionsComeFirstAndWithoutRoomAlone() {
        queue.update(says(1));
        queue.update(deletes(2));
        queue.update(deletes(3));
        assertThat(queue.pending()).isEqualTo(3);
        assertThat(queue.poll(true)).isEqualTo(says(2).key());
        assertThat(queue.poll(false)).isEqualTo(says(3).key());
        assertThat(queue.poll(false)).isNull();
        assertThat(queue.poll(true)).isEqualTo(says(1).key());
        assertThat(queue.poll(true)).isNull();
    }

    @Test
    void slotIsQueuedOnce() {
        queue.update(says(1));
        queue.update(says(1));
        queue.update(deletes(1));
        queue.update(says(1));
        assertThat(queue.pending()).isEqualTo(1);
        assertThat(queue.poll(false)).isEqualTo(says(1).key());
        assertThat(queue.poll(true)).isNull();
    }

    @Test
    void slotWithoutAnythingToWriteOrWithAWriteUnderWayIsNotQueued() {
        queue.update(says(1).withWordPending(false));
        queue.update(says(1).withBusy(true));
        assertThat(queue.poll(true)).isNull();
        queue.sent();
        assertThat(queue.underWay()).isEqualTo(1);
        assertThat(queue.pending()).isEqualTo(1);
        queue.ended();
        assertThat(queue.pending()).isZero();
    }

    @Test
    void whatEtcdWillNotTakeWaitsUntilItIsTriedAgainOrSomethingElseIsToBeWritten() {
        queue.refuse(says(1).key());
        queue.refuse(says(2).key());
        queue.update(says(1));
        assertThat(queue.poll(true)).isNull();
        assertThat(queue.pending()).isEqualTo(2);
        queue.changed(says(1).key());
        queue.update(says(1));
        assertThat(queue.poll(true)).isEqualTo(says(1).key());
        assertThat(queue.retry()).containsExactly(says(2).key());
        assertThat(queue.retry()).isEmpty();
        queue.update(says(2));
        assertThat(queue.poll(true)).isEqualTo(says(2).key());
    }

    @Test
    void whatThereIsNoRoomForComesBackAndAllCanBeForgotten() {
        queue.waitForRoom(says(1).key());
        assertThat(queue.poll(false)).isNull();
        assertThat(queue.poll(true)).isEqualTo(says(1).key());
        queue.update(says(1));
        queue.update(deletes(2));
        queue.refuse(says(3).key());
        queue.sent();
        queue.clear();
        assertThat(queue.pending()).isZero();
        assertThat(queue.poll(true)).isNull();
    }
}
