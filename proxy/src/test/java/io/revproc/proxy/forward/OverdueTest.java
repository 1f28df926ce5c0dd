package io.revproc.proxy.forward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldLoop;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of a message whose deadline is over, wherever it is. */
class OverdueTest {
    private static final long OWN = Duration.ofSeconds(10).toNanos();

    private final HeldLoop loop = new HeldLoop();
    private final List<String> told = new ArrayList<>();
    private final ForwardObserver observer = new ForwardObserver() {
        @Override
        public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
            told.add("failed " + code);
        }

        @Override
        public void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {
            told.add("delivered " + failure);
        }
    };
    private final Deadlines deadlines = new Deadlines(loop.context().loop(), System::nanoTime,
            TestSettings.of(0),
            expired -> told.add("expired"));
    private final Waiting waiting = new Waiting(loop.context(), deadlines, exchange -> false, null);
    private final MessageEnds ends = new MessageEnds(loop.context(), observer, new KeptMessages(1 << 20, 1024),
            deadlines,
            waiting);
    private final Overdue overdue = new Overdue(loop.context(), observer, deadlines, ends);
    private final SwitchTable table = TestExchange.table("PP_1", 10);
    private final PolicyRoutes routes = Objects.requireNonNull(table.routes().find("PP_1"));
    private final Endpoint endpoint = routes.endpoints().getFirst();
    private boolean withdrawn;

    @AfterEach
    void end() {
        loop.close();
    }

    private TestExchange at(Exchange.Stage stage, long heldNanos) {
        TestExchange exchange = new TestExchange(routes, 0);
        assertThat(exchange.permit.tryAcquire(endpoint, routes.load())).isTrue();
        exchange.stage = stage;
        exchange.sentNanos = loop.context().now() - heldNanos;
        exchange.connection = new EndpointConnection() {
            @Override
            public boolean withdraw(Exchange message) {
                return withdrawn;
            }

            @Override
            public void abandon(Exchange message) {
                told.add("abandoned");
            }
        };
        return exchange;
    }

    @Test
    void whoWaitsForAPlaceHearsThatThereIsNone() {
        TestExchange exchange = new TestExchange(routes, 0);
        assertThat(waiting.offer(exchange)).isTrue();
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("OVERLOADED");
        assertThat(routes.load().waiting()).isZero();
    }

    @Test
    void messageThatWasNotHandedOverIsTakenBack() {
        withdrawn = true;
        TestExchange exchange = at(Exchange.Stage.CONNECTING, 0);
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("NO_LIVE_SERVER");
        assertThat(told).isEmpty();
        assertThat(endpoint.inFlight()).isZero();
    }

    @Test
    void serverThatHadItForTheProxysOwnDeadlineHasFailed() {
        TestExchange exchange = at(Exchange.Stage.SENT, OWN);
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("TIMEOUT");
        assertThat(told).containsExactly("abandoned", "failed TIMEOUT", "delivered TIMEOUT");
        assertThat(endpoint.inFlight()).isZero();
    }

    @Test
    void clientsOwnDeadlineSaysNothingAboutTheServerWhichKeepsItsPlace() {
        TestExchange exchange = at(Exchange.Stage.SENT, OWN / 10);
        exchange.clientsDeadline = true;
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("TIMEOUT");
        assertThat(told).containsExactly("delivered TIMEOUT");
        assertThat(endpoint.inFlight()).isEqualTo(1);
        assertThat(exchange.deadlineNanos).isEqualTo(exchange.sentNanos + OWN);
        exchange.sentNanos -= OWN;
        overdue.expired(exchange);
        assertThat(exchange.ends).as("it hears no more of it").hasSize(1);
        assertThat(told).containsExactly("delivered TIMEOUT", "abandoned", "failed TIMEOUT");
        assertThat(endpoint.inFlight()).isZero();
    }

    @Test
    void messageThatIsNowhereTimesOut() {
        TestExchange exchange = new TestExchange(routes, 0);
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("TIMEOUT");
    }

    @Test
    void trialThatWasTakenBackIsMadeByTheNextMessage() {
        withdrawn = true;
        TestExchange exchange = at(Exchange.Stage.CONNECTING, 0);
        exchange.trial = true;
        overdue.expired(exchange);
        assertThat(exchange.trial).isFalse();
    }

    @Test
    void serverThatIsGoneKeepsNoPlaceForAMessageThatItsClientGaveUp() {
        TestExchange exchange = at(Exchange.Stage.SENT, OWN / 10);
        exchange.clientsDeadline = true;
        table.remove(endpoint);
        overdue.expired(exchange);
        assertThat(told).containsExactly("abandoned", "delivered TIMEOUT");
        assertThat(exchange.ends).containsExactly("TIMEOUT");
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.DONE);
        assertThat(endpoint.inFlight()).isZero();
    }

    @Test
    void messageThatStillConnectsAfterItsClientGaveUpIsNotRecordedYet() {
        TestExchange exchange = at(Exchange.Stage.CONNECTING, OWN / 10);
        exchange.clientsDeadline = true;
        overdue.expired(exchange);
        assertThat(exchange.ends).containsExactly("TIMEOUT");
        assertThat(told).as("the server has nothing of it yet").isEmpty();
        assertThat(exchange.givenUp).isTrue();
    }
}
