package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who has to say what before a setup that took an address is answered. */
class SettlementsTest {
    private final Keys keys = new Keys("/t/");
    private final Settlements settlements = new Settlements(keys, "me");
    private final List<Boolean> said = new ArrayList<>();
    private final Endpoint newest = Endpoints.of(
            new EndpointSpec(Ident.of("Y"), Ident.of("1"), InetAddress.getLoopbackAddress(), 9, 1, false, 1, null, 1,
                    false, null, null),
            EndpointState.registered(null));

    private List<Boolean> said() {
        settlements.decide(0);
        settlements.verdicts().forEach(Runnable::run);
        return said;
    }

    private void alive(String proxy, long revision) {
        settlements.apply(new Item(keys.proxy(proxy), Settlements.SIGN, revision, revision));
    }

    private void gone(String key, long revision) {
        settlements.apply(new Item(key, null, 0, revision));
    }

    private void acknowledges(String proxy, long upTo, long revision) {
        settlements.apply(new Item(keys.ack(proxy), Long.toString(upTo).getBytes(StandardCharsets.UTF_8), revision,
                revision));
    }

    private void asks(String proxy, long revision) {
        settlements.apply(new Item(keys.settling(proxy), Settlements.QUESTION, 1, revision));
    }

    /** Waits, and asks at this revision. */
    private void waits(long revision) {
        settlements.add(newest, said::add, 100);
        assertThat(settlements.ask(each -> true)).isTrue();
        settlements.asked(revision);
    }

    @Test
    void waitsForEveryOtherProxyThatIsThere() {
        alive("me", 1);
        alive("one", 2);
        alive("two", 3);
        waits(10);
        assertThat(said()).as("its own watch is not as far").isEmpty();
        asks("me", 10);
        assertThat(said()).isEmpty();
        acknowledges("one", 9, 11);
        acknowledges("two", 10, 12);
        assertThat(said()).as("an older question").isEmpty();
        acknowledges("one", 12, 13);
        assertThat(said()).containsExactly(true);
    }

    @Test
    void anAnswerThatCameBeforeTheQuestionWasKnownToBeMadeCounts() {
        alive("one", 2);
        settlements.add(newest, said::add, 100);
        assertThat(settlements.ask(each -> true)).isTrue();
        asks("me", 10);
        acknowledges("one", 10, 11);
        assertThat(said()).isEmpty();
        settlements.asked(10);
        assertThat(said()).containsExactly(true);
    }

    @Test
    void proxiesThatAreGoneOrCameLaterOrDoNotKnowHowAreNotWaitedFor() {
        alive("one", 2);
        settlements.apply(new Item(keys.proxy("old"), new byte[]{'1'}, 3, 3));
        waits(10);
        asks("me", 10);
        alive("later", 11);
        assertThat(said()).isEmpty();
        gone(keys.proxy("one"), 12);
        assertThat(said()).containsExactly(true);
    }

    @Test
    void thereIsNoQuestionBeforeEtcdHasTheChange() {
        settlements.add(newest, said::add, 100);
        assertThat(settlements.ask(each -> false)).isFalse();
        assertThat(settlements.ask(each -> true)).isTrue();
        assertThat(settlements.ask(each -> true)).as("one at a time").isFalse();
        settlements.add(newest, said::add, 100);
        settlements.asked(10);
        asks("me", 10);
        assertThat(said()).as("the other one has its own").containsExactly(true);
        assertThat(settlements.ask(each -> true)).isTrue();
        settlements.asked(11);
        asks("me", 11);
        assertThat(said()).containsExactly(true, true);
        assertThat(settlements.idle()).isTrue();
    }

    @Test
    void endsWithTimeAndWithEtcd() {
        alive("one", 2);
        waits(10);
        asks("me", 10);
        settlements.decide(99);
        assertThat(said()).isEmpty();
        settlements.decide(100);
        assertThat(said()).containsExactly(false);
        waits(11);
        settlements.load(List.of());
        assertThat(said()).containsExactly(false, false);
        settlements.add(newest, said::add, 100);
        settlements.ask(each -> true);
        settlements.notAsked();
        assertThat(said()).containsExactly(false, false, false);
    }

    @Test
    void acknowledgesEachQuestionOnceAndOnlyWhatIsDecided() {
        asks("me", 5);
        assertThat(settlements.acknowledge(true)).isZero();
        asks("one", 10);
        assertThat(settlements.acknowledge(false)).isZero();
        assertThat(settlements.acknowledge(true)).isEqualTo(10);
        asks("two", 12);
        assertThat(settlements.acknowledge(true)).as("one at a time").isZero();
        settlements.acknowledged(10);
        assertThat(settlements.acknowledge(true)).isEqualTo(12);
        settlements.acknowledged(0);
        assertThat(settlements.acknowledge(true)).as("etcd had no room").isEqualTo(12);
        settlements.acknowledged(12);
        assertThat(settlements.acknowledge(true)).isZero();
        settlements.load(List.of(new Item(keys.settling("one"), Settlements.QUESTION, 10, 20),
                new Item(keys.ack("me"), "12".getBytes(StandardCharsets.UTF_8), 11, 13)));
        assertThat(settlements.acknowledge(true)).isEqualTo(20);
    }
}
