package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.peers.Peer;
import io.revproc.proxy.peers.Peers;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.proxy.peers.ProxyStatus.RecordState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PeerSyncTest {
    private static final Keys KEYS = new Keys("/t/");
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");
    private static final ProxyStatus ONE = new ProxyStatus("one:8123", "1.0.0", "http://one:8124/", START, 3, 2, 1,
            10.26, 0.5, RecordState.LATE, false);

    private final Peers peers = new Peers();
    private final StatusCodec codec = new StatusCodec();
    private Instant now = START;
    private final PeerSync sync = new PeerSync(KEYS, "me", peers, () -> now);

    private static Item sign(String name) {
        return new Item(KEYS.proxy(name), Settlements.SIGN, 1, 1);
    }

    private static Item end(String name) {
        return new Item(KEYS.proxy(name), null, 0, 2);
    }

    private static Item words(String name, byte @Nullable [] value) {
        return new Item(KEYS.status(name), value, 1, 1);
    }

    private List<Peer> all() {
        return peers.all("me", now);
    }

    @Test
    void statusIsReadAsItIsWritten() {
        sync.load(List.of(sign("a"), sign("me"), words("a", codec.bytes(ONE)), words("me", codec.bytes(ONE))));
        assertThat(all()).containsExactly(new Peer("a", ONE, START, null));
        assertThat(ONE.messagesPerSecond()).isEqualTo(10.3);
        assertThat(codec.bytes(ONE)).hasSizeLessThan(300);
    }

    @Test
    void proxyIsGoneWhenItsSignOfLifeIsWhateverGoesFirst() {
        sync.apply(List.of(sign("a"), words("a", codec.bytes(ONE))));
        now = START.plusSeconds(9);
        sync.apply(List.of(words("a", null), end("a")));
        assertThat(all()).containsExactly(new Peer("a", ONE, START, now));
        sync.apply(List.of(sign("b"), words("b", codec.bytes(ONE.leaving())), end("b")));
        assertThat(all()).singleElement().extracting(Peer::stopped).isEqualTo(true);
    }

    @Test
    void thoseThatWentWhileNobodyWatchedAreGoneSinceTheTableWasReadAgain() {
        sync.load(List.of(sign("a"), sign("b")));
        now = START.plusSeconds(60);
        sync.load(List.of(sign("b")));
        assertThat(all()).containsExactly(new Peer("a", null, START, now), new Peer("b", null, now, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "1", "{}", "{\"name\": 1}", "{\"name\": \"x\", \"version\": \"1\"}"})
    void whatIsNoStatusIsNotTaken(String value) {
        sync.load(List.of(sign("a"), words("a", value.getBytes(StandardCharsets.UTF_8))));
        assertThat(all()).containsExactly(new Peer("a", null, START, null));
    }

    @Test
    void statusOfANewerVersionIsTaken() {
        String newer = new String(codec.bytes(ONE), StandardCharsets.UTF_8).replace("\"LATE\"", "\"BURNING\"")
                .replace("{\"", "{\"more\": [1], \"");
        sync.load(List.of(sign("a"), words("a", newer.getBytes(StandardCharsets.UTF_8)),
                words("b", " ".repeat(10_000).getBytes(StandardCharsets.UTF_8))));
        assertThat(all()).singleElement().extracting(Peer::name).isEqualTo("one:8123");
    }
}
