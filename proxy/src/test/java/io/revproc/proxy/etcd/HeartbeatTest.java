package io.revproc.proxy.etcd;

import java.util.concurrent.TimeUnit;

import io.revproc.proxy.etcd.EtcdLink.Following;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HeartbeatTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private int asked;
    private final Heartbeat heartbeat = new Heartbeat(new Following() {
        @Override
        public void ask() {
            asked++;
        }

        @Override
        public void close() {
            // nothing to close
        }
    }, 10 * SECOND, SECOND);
    private final long start = System.nanoTime() + SECOND;

    @Test
    void beatEndsOnceTheWatchIsAsFarAsEtcdWas() throws Exception {
        assertThat(heartbeat.begins(start, false)).isTrue();
        assertThat(heartbeat.begins(start, true)).as("one at a time").isFalse();
        heartbeat.askAtOnce();
        assertThat(asked).as("it is not known what for").isZero();
        assertThat(heartbeat.ends()).isFalse();
        heartbeat.answered(new Outcome(true, 1, 7, null));
        heartbeat.askAtOnce();
        heartbeat.askAtOnce();
        assertThat(asked).isEqualTo(1);
        heartbeat.told(6);
        assertThat(heartbeat.ends()).isFalse();
        heartbeat.told(7);
        heartbeat.told(5);
        assertThat(heartbeat.ends()).isTrue();
        assertThat(heartbeat.ends()).isFalse();
        assertThat(heartbeat.sentAt()).isEqualTo(start);
        assertThat(heartbeat.pause(start)).isEqualTo(2 * SECOND);
        assertThat(heartbeat.begins(start + SECOND, false)).as("not yet").isFalse();
        assertThat(heartbeat.begins(start + SECOND, true)).as("where the table is doubted").isTrue();
    }

    @Test
    void watchThatBringsNothingIsAskedAgainAndThenGivenUp() throws Exception {
        heartbeat.begins(start, false);
        heartbeat.answered(new Outcome(true, 1, 7, null));
        heartbeat.ask(start + SECOND);
        heartbeat.ask(start + SECOND + 1);
        heartbeat.ask(start + 2 * SECOND);
        assertThat(asked).isEqualTo(2);
        assertThatThrownBy(() -> heartbeat.ask(start + 2 * SECOND + 1)).isInstanceOf(EtcdException.class)
                .hasMessage("the watch brings nothing any more");
    }
}
