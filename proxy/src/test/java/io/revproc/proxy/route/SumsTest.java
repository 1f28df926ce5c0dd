package io.revproc.proxy.route;

import java.net.InetAddress;
import java.time.Instant;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What was counted on several loops, at several servers and policies, adds up. */
class SumsTest {
    private static final Instant REGISTERED = Instant.parse("2026-11-24T12:00:00Z");

    private static Endpoint endpoint() {
        return new Endpoint(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(), 9001, 2,
                true, 1, null, 10, false, null, null), EndpointState.registered("lease"), REGISTERED, 0);
    }

    private static Endpoint busy() {
        Endpoint endpoint = endpoint();
        endpoint.tally(0).answered(60_000, 100, 10);
        endpoint.tally(1).answered(40_000, 200, 20);
        endpoint.tally(1).answered(20_000, 300, 30);
        endpoint.tally(0).failed(ErrorCode.TIMEOUT);
        endpoint.tally(1).failed(ErrorCode.SERVER_FAILED);
        endpoint.tally(1).failed(ErrorCode.SERVER_FAILED);
        endpoint.tally(0).unreachable();
        endpoint.tally(0).refused(ErrorCode.TIMEOUT);
        return endpoint;
    }

    @Test
    void endpointAddsUpItsLoops() {
        Endpoint endpoint = busy();
        assertThat(endpoint.registeredAt()).isEqualTo(REGISTERED);
        assertThat(endpoint.forwarded()).isEqualTo(3);
        assertThat(endpoint.failed()).isEqualTo(3);
        assertThat(endpoint.durations().count()).isEqualTo(3);
        assertThat(endpoint.durations().sumNanos()).isEqualTo(120_000);
        assertThat(endpoint.tally(1)).isSameAs(endpoint.tally(1)).isNotSameAs(endpoint.tally(0));
        assertThat(endpoint.tallies()).hasSize(2);
    }

    @Test
    void serversAddUpAndThoseOfThePastCountWithoutWhatTheyHad() {
        Endpoint endpoint = busy();
        Permit permit = new Permit();
        assertThat(permit.tryAcquire(endpoint, new PolicyLoad(1, 0))).isTrue();
        ServerSums past = new ServerSums().add(busy());
        ServerSums sums = new ServerSums().add(endpoint).addPast(past).addPast(past);
        assertThat(sums.inFlight()).isEqualTo(1);
        assertThat(new ServerSums().addPast(sums).inFlight()).isZero();
        assertThat(new ServerSums().add(endpoint).add(endpoint).inFlight()).isEqualTo(2);
        assertThat(sums.answered()).isEqualTo(9);
        assertThat(sums.requestBytes()).isEqualTo(1_800);
        assertThat(sums.replyBytes()).isEqualTo(180);
        assertThat(sums.brokenOff()).isEqualTo(6);
        assertThat(sums.timedOut()).isEqualTo(3);
        assertThat(sums.unreachable()).isEqualTo(3);
        assertThat(sums.refused(ErrorCode.TIMEOUT)).isEqualTo(3);
        assertThat(sums.refused(ErrorCode.NO_SERVER)).isZero();
        assertThat(sums.durations().count()).isEqualTo(9);
        assertThat(sums.durations().sumNanos()).isEqualTo(360_000);
    }

    private static PolicyLoad load() {
        PolicyLoad load = new PolicyLoad(10, 2);
        load.countRefused(ErrorCode.OVERLOADED);
        load.countRefused(ErrorCode.OVERLOADED);
        load.countCancelled();
        load.countRetry(true);
        load.countRetry(false);
        load.countRetry(false);
        load.tryWait();
        load.durations(0).record(10_000);
        load.durations(3).record(30_000);
        return load;
    }

    @Test
    void policiesAddUpAndThoseOfThePastCountWithoutWhatWaited() {
        PolicySums past = new PolicySums().add(load());
        PolicySums sums = new PolicySums().add(load()).add(load()).addPast(past);
        assertThat(sums.waiting()).isEqualTo(2);
        assertThat(sums.queued()).isEqualTo(3);
        assertThat(sums.refused(ErrorCode.OVERLOADED)).isEqualTo(6);
        assertThat(sums.refused(ErrorCode.TIMEOUT)).isZero();
        assertThat(sums.cancelled()).isEqualTo(3);
        assertThat(sums.retries(true)).isEqualTo(3);
        assertThat(sums.retries(false)).isEqualTo(6);
        assertThat(sums.durations().count()).isEqualTo(6);
        assertThat(sums.durations().sumNanos()).isEqualTo(120_000);
        assertThat(load().durations().count()).isEqualTo(2);
    }

    @Test
    void whoLeavesTellsWhetherSomebodyWaits() {
        Endpoint endpoint = endpoint();
        PolicyLoad load = new PolicyLoad(10, 2);
        Permit permit = new Permit();
        permit.tryAcquire(endpoint, load);
        assertThat(permit.release()).as("nobody waits").isFalse();
        assertThat(load.tryWait()).isTrue();
        permit.tryAcquire(endpoint, load);
        assertThat(permit.release()).isTrue();
        load.waited();
        assertThat(load.waiting()).isZero();
        assertThat(endpoint.enter()).isTrue();
        assertThat(endpoint.enter()).isTrue();
        assertThat(endpoint.leave()).isEqualTo(1);
    }
}
