package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EntryCodecTest {
    private static final EntryKey KEY = new EntryKey(Ident.of("PP_1"), Ident.of("1"));
    private static final EndpointSpec PINNED = new EndpointSpec(KEY.policy(), KEY.id(),
            InetAddress.ofLiteral("192.0.2.1"), 9001, 2, true, 1, null, 256, true, "one", "ab".repeat(32));

    private final EntryCodec codec = new EntryCodec();

    @Test
    void certificateThatAServerHasToShowIsSharedWithTheOtherProxies() {
        SharedEntry read = Objects.requireNonNull(read(text()));

        assertThat(read.spec(KEY)).isEqualTo(PINNED);
        assertThat(read.withLost(true).spec(KEY)).isEqualTo(PINNED);
    }

    @Test
    void entryOfAProxyThatKnewNoCertificatesIsUnderstood() {
        SharedEntry read = Objects.requireNonNull(
                read(text().replaceFirst(",\"certificate\":\"\\w+\"", "")));

        assertThat(read.spec(KEY).certificate()).isNull();
        assertThat(read.spec(KEY).tls()).isTrue();
    }

    @Test
    void entryWithWhatIsNoFingerprintIsIgnored() {
        assertThat(read(text().replace("abab", "xyxy"))).isNull();
    }

    private String text() {
        return new String(codec.bytes(SharedEntry.of(PINNED, Instant.EPOCH, "token", false, "proxy", null)),
                StandardCharsets.UTF_8);
    }

    private @Nullable SharedEntry read(String text) {
        return codec.entry(KEY, new Item("key", text.getBytes(StandardCharsets.UTF_8), 1, 1));
    }
}
