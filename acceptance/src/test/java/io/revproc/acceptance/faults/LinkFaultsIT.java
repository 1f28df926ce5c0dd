package io.revproc.acceptance.faults;

import java.time.Duration;

import io.revproc.acceptance.faults.FaultProxy.Fault;
import io.revproc.acceptance.faults.SharedProxy.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Bad links between the clients, the proxy and the servers. */
@ExtendWith(SharedProxy.class)
class LinkFaultsIT {
    private static final int CAPACITY = 1_000_000;

    @Test
    void clientsOnBadLinksGetTheirRepliesOrKnowThatTheyGetNone(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (CountingServer server = CountingServer.of(proxy.port(), 1, "LINK", ledger);
                FaultProxy link = new FaultProxy(proxy.port());
                Load load = Load.steady(link.port(), ledger, "LINK")) {
            for (Fault fault : new Fault[]{Fault.DELAY, Fault.BYTE_BY_BYTE}) {
                link.forth(fault).back(fault);
                load.awaitAnswers(150);
            }
            link.forth(Fault.NONE).back(Fault.NONE);
            load.awaitAnswers(100);
            assertThat(ledger.account().broken() + ledger.account().closed()).isZero();
            link.halfClose();
            load.awaitAnswers(100);
            assertThat(ledger.account().broken()).as("half a close takes no reply").isZero();
            // From here on a client can't know whether its message was delivered.
            ledger.expectCrash();
            for (int i = 0; i < 5; i++) {
                link.cut();
                load.awaitAnswers(50);
                link.reset();
                load.awaitAnswers(50);
            }
            load.finish().assertClean().assertRefusedOnlyWith();
            assertThat(server.received()).isPositive();
        }
    }

    @Test
    void serversOnBadLinksCostOnlyTheMessagesThatWereUnderWay(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (CountingServer server = CountingServer.unregistered(proxy.port(), 1, "SERVER-LINK", ledger);
                FaultProxy link = new FaultProxy(server.port());
                Load load = new Load(proxy.port(), 4, ledger, Shot.plain(ledger, "SERVER-LINK", false, 2_000),
                        CountingClient.Plan.STEADY)) {
            server.register(link.port());
            for (Fault fault : new Fault[]{Fault.DELAY, Fault.BYTE_BY_BYTE, Fault.NONE}) {
                link.forth(fault).back(fault);
                load.awaitAnswers(100);
            }
            for (int i = 0; i < 3; i++) {
                link.cut();
                load.awaitAnswers(20);
                link.reset();
                load.awaitAnswers(20);
            }
            link.halfClose();
            load.awaitAnswers(20);
            link.back(Fault.DUPLICATE);
            load.awaitRefusal("SERVER_FAILED");
            link.back(Fault.NONE);
            load.awaitAnswers(20);
            link.forth(Fault.BLACK_HOLE);
            load.awaitRefusal("TIMEOUT");
            link.cut();
            link.forth(Fault.NONE);
            load.awaitAnswers(20);
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith("NO_SERVER", "SERVER_FAILED",
                    "TIMEOUT", "NO_LIVE_SERVER");
        }
    }

    @Test
    void serverWhoseHeartbeatsDoNotComeThroughIsOutUntilTheyDo(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (FaultProxy link = new FaultProxy(proxy.port());
                CountingServer far = CountingServer.of(link.port(), 1, "HEART", ledger);
                CountingServer near = CountingServer.of(proxy.port(), 2, "HEART", ledger);
                Load load = Load.steady(proxy.port(), ledger, "HEART")) {
            load.awaitAnswers(100);
            assertThat(far.received()).isPositive();
            link.forth(Fault.BLACK_HOLE);
            proxy.process().await("event=lost server=HEART/1 lease=expired");
            load.awaitAnswers(50);
            int last = far.received();
            load.awaitAnswers(100);
            assertThat(far.received()).as("gets nothing while it is silent").isEqualTo(last);
            link.forth(Fault.NONE);
            await().atMost(Duration.ofSeconds(60)).until(() -> far.received() > last);
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith();
            assertThat(near.received()).isPositive();
        }
    }
}
