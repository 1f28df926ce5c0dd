package io.revproc.proxy.peers;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.revproc.proxy.peers.ProxyStatus.RecordState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PeersTest {
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

    private final Peers peers = new Peers();

    private static ProxyStatus status(String name) {
        return new ProxyStatus(name, "1.0.0", null, START, 3, 2, 1, 10, 0.5, RecordState.KEPT, false);
    }

    private List<Peer> all(Instant now) {
        return peers.all("me", now);
    }

    private static Instant after(int seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void proxyIsThereFromItsFirstSignOfLifeUntilItIsGone() {
        assertThat(peers.told("a", status("one"), START)).as("no sign of life").isFalse();
        assertThat(all(START)).isEmpty();
        peers.alive("a", START);
        assertThat(all(START)).singleElement().isEqualTo(new Peer("a", null, START, null));
        assertThat(all(START).getFirst().name()).isEqualTo("a");
        assertThat(peers.told("a", status("one"), after(1))).as("first words").isTrue();
        assertThat(peers.told("a", status("one"), after(6))).as("first words").isFalse();
        assertThat(all(after(7))).singleElement().isEqualTo(new Peer("a", status("one"), after(6), null));

        assertThat(peers.gone("b", after(8))).isNull();
        Peer left = Objects.requireNonNull(peers.gone("a", after(8)));
        assertThat(left.stopped()).isFalse();
        assertThat(all(after(9))).singleElement().isEqualTo(new Peer("a", status("one"), after(6), after(8)));
        peers.alive("a", after(10));
        assertThat(all(after(10))).as("back, with its words").singleElement()
                .isEqualTo(new Peer("a", status("one"), after(10), null));
    }

    @Test
    void proxyThatIsStartedAnewTakesThePlaceOfItsEarlierRun() {
        peers.alive("a", START);
        peers.told("a", status("one"), START);
        peers.gone("a", after(1));
        peers.alive("b", after(2));
        assertThat(all(after(2))).extracting(Peer::name).containsExactly("b", "one");
        peers.told("b", status("one"), after(2));
        assertThat(all(after(2))).extracting(Peer::id).containsExactly("b");
        peers.alive("c", after(3));
        peers.told("c", status("me"), after(3));
        peers.gone("c", after(3));
        assertThat(all(after(3))).as("an earlier run of this proxy").extracting(Peer::id).containsExactly("b");
        peers.gone("b", after(4));
        assertThat(all(after(4))).as("only the last run of a name").extracting(Peer::id).containsExactly("b");
    }

    @Test
    void goneProxiesAreForgottenAfterADayAndThereAreAFewAtMost() {
        for (int i = 0; i < Peers.MAX_GONE + 5; i++) {
            peers.alive("p" + i, START);
            peers.gone("p" + i, after(i));
        }
        assertThat(all(after(60))).hasSize(Peers.MAX_GONE).extracting(Peer::id).doesNotContain("p4").contains("p5");
        assertThat(all(START.plus(Peers.REMEMBERED).plusSeconds(6))).extracting(Peer::id).doesNotContain("p5")
                .contains("p6");
        for (int i = 0; i < Peers.MAX + 5; i++) {
            peers.alive("q" + i, START);
        }
        assertThat(all(after(60)).stream().filter(peer -> peer.gone() == null)).hasSize(Peers.MAX);
    }

    @Test
    void saysWhoIsMissing() {
        peers.alive("a", START);
        peers.alive("b", START);
        assertThat(peers.missing(Set.of("b", "c"))).containsExactly("a");
    }

    @Test
    void statusIsBounded() {
        ProxyStatus long1 = new ProxyStatus("n".repeat(1000), "v", "a".repeat(1000), START, 0, 0, 0, Double.NaN, -1,
                null, false);
        assertThat(long1.name()).hasSize(ProxyStatus.MAX_TEXT);
        assertThat(long1.admin()).hasSize(ProxyStatus.MAX_TEXT);
        assertThat(long1.messagesPerSecond()).isZero();
        assertThat(long1.refusalsPerSecond()).isZero();
        assertThat(long1.leaving().stopping()).isTrue();
    }
}
