package io.revproc.server.answer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ComplaintsTest {
    private long now = Long.MAX_VALUE - 5;
    private final Complaints complaints = new Complaints(() -> now);

    @Test
    void aStrangerFillsNoLog() {
        for (int i = 0; i < Complaints.PER_WINDOW; i++) {
            assertThat(complaints.admit()).isZero();
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(complaints.admit()).isEqualTo(-1);
        }
        now += Complaints.WINDOW_NANOS;
        assertThat(complaints.admit()).isEqualTo(1000);
        assertThat(complaints.admit()).isZero();
    }
}
