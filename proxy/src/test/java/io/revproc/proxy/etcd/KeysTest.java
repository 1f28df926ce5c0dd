package io.revproc.proxy.etcd;

import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class KeysTest {
    private final Keys keys = new Keys("/t/");

    @ParameterizedTest
    @CsvSource({"PP_1, 1", "a/b, c/d", "'', ' '", "ü%2F, +"})
    void keyIsReadAsItIsWrittenWhateverTheNamesAre(String policy, String id) {
        if (policy.isEmpty()) {
            assertThat(keys.asServer("/t/servers//x")).as("no policy has that name").isNull();
            return;
        }
        EntryKey key = new EntryKey(Ident.of(policy), Ident.of(id));
        assertThat(keys.asServer(keys.server(key))).isEqualTo(key);
        assertThat(keys.asMode(keys.mode(key))).isEqualTo(key);
        assertThat(keys.asServer(keys.mode(key))).isNull();
        assertThat(keys.asMode(keys.server(key))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/t/servers/", "/t/servers/x", "/t/servers", "/u/servers/a/b", "/t/servers/%/b"})
    void keyOfSomethingElseIsNoServers(String key) {
        assertThat(keys.asServer(key)).isNull();
    }

    @Test
    void proxiesAndTheirQuestionsAreToldApart() {
        assertThat(keys.asProxy(keys.proxy("one"))).isEqualTo("one");
        assertThat(keys.isProxy(keys.proxy("one"))).isTrue();
        assertThat(keys.isProxy(keys.ack("one"))).isFalse();
        assertThat(keys.asAck(keys.ack("one"))).isEqualTo("one");
        assertThat(keys.asSettling(keys.settling("one"))).isEqualTo("one");
        assertThat(keys.asSettling(keys.ack("one"))).isNull();
        assertThat(keys.asProxy(keys.table())).isNull();
    }
}
