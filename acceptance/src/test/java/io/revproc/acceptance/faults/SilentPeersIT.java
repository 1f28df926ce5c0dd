package io.revproc.acceptance.faults;

import java.time.Duration;
import java.util.List;

import io.revproc.acceptance.Proc;
import io.revproc.acceptance.Programs;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Peers on another host whose network ends without a word: no FIN, no RST, nothing ever again. Fault 8, as it is in the wild. */
class SilentPeersIT {
    @Test
    void peersThatFellSilentAreOutAndClosedAndForeignAddressesNeverIn() throws Exception {
        try (TwoHosts hosts = new TwoHosts();
                Proc proxy = Programs.proxyBy(hosts.onNear(), "--revproc.listener.address=" + TwoHosts.NEAR,
                        "--revproc.listener.plaintext=true",
                        "--revproc.listener.message-timeout=2s", "--revproc.listener.idle-timeout=6s",
                        "--revproc.registration.grace=2s",
                        "--revproc.registration.allowed-cidrs=" + TwoHosts.FAR + "/32")) {
            int port = Programs.port(proxy);
            try (Proc peers = Programs.main("far-peers", hosts.onFar(), FarPeers.class, "" + port)) {
                assertThat(peers.await("foreign: (.*)").group(1)).isEqualTo("NOT_ALLOWED");
                peers.await("open: " + (FarPeers.IDLE + FarPeers.BEGUN));
                assertThat(peers.output()).contains("\nregistered");
                proxy.await("event=registered server=FAR/1 address=" + TwoHosts.FAR + " ");
                assertThat(hosts.established(port)).isEqualTo(FarPeers.IDLE + FarPeers.BEGUN + 1);
                hosts.cut();
                long silent = System.nanoTime();
                proxy.await("event=lost server=FAR/1 lease=expired");
                SharedProxy.figure("server whose network is gone: out of rotation after",
                        SharedProxy.millisSince(silent), "ms");
                await().atMost(Duration.ofSeconds(60)).until(() -> hosts.established(port) == 0);
                SharedProxy.figure("40 clients and a server whose network is gone: all closed after",
                        SharedProxy.millisSince(silent), "ms");
                assertThat(List.of(proxy.isAlive(), peers.isAlive())).containsOnly(true);
            }
        }
    }
}
