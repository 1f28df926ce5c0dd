package io.revproc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.settings.ListenerProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** {@code FREE} and {@code TAKEN} stand for ports of loopback. */
class HttpBeforehandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            server.port=FREE                                                     | -
            server.port=TAKEN                                                    | the HTTP port TAKEN is taken by another program; choose another with server.port
            server.port=-1 management.server.port=TAKEN                          | the HTTP port TAKEN is taken by another program; choose another with management.server.port
            server.port=0 management.server.port=-1                              | -
            server.port=0 management.server.port=0                               | -
            server.port=FREE revproc.listener.port=FREE                          | server.port and revproc.listener.port are both FREE; give one of them another
            server.port=0 management.server.port=FREE revproc.listener.port=FREE | management.server.port and revproc.listener.port are both FREE; give one of them another
            server.port=FREE revproc.listener.port=FREE server.address=127.0.0.9 | -
            server.port=FREE server.address=192.0.2.1                            | HTTP can't listen on 192.0.2.1: no interface of this machine has this address; choose another one with server.address
            server.port=0 management.server.port=FREE management.server.address=192.0.2.1 | HTTP can't listen on 192.0.2.1: no interface of this machine has this address; choose another one with management.server.address
            server.port=FREE management.server.address=127.0.0.1                 | management.server.address needs a port of its own; set management.server.port to another port than server.port
            server.port=FREE management.server.port=FREE management.server.ssl.bundle=mine | management.server.ssl needs a port of its own; set management.server.port to another port than server.port
            """)
    void portsThatCanNotBeOpenedAreSaidWithTheirSettings(String settings, @Nullable String sentence)
            throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String free = Integer.toString(free());
            String used = Integer.toString(taken.getLocalPort());
            Binder binder = binder(settings.replace("FREE", free).replace("TAKEN", used));
            ListenerSettings listener = binder.bindOrCreate("revproc.listener", ListenerProperties.class).settings();
            assertThat(said(() -> http(binder).requireFree(listener)))
                    .isEqualTo(sentence == null ? null : sentence.replace("FREE", free).replace("TAKEN", used));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            server.port=0                                                        | -
            server.port=-1 server.ssl.bundle=nix                                 | -
            server.ssl.bundle=nix server.ssl.enabled=false                       | -
            server.ssl.bundle=nix                                                | server.ssl.bundle names the bundle 'nix', which spring.ssl.bundle.pem.nix or .jks has to define
            management.server.port=0 management.server.ssl.bundle=nix            | management.server.ssl.bundle names the bundle 'nix', which spring.ssl.bundle.pem.nix or .jks has to define
            server.ssl.bundle=bare                                               | server.ssl.bundle: the bundle 'bare' can't be used (it has no certificate to show)
            server.ssl.bundle=broken                                             | server.ssl.bundle: the bundle 'broken' can't be used (no such file)
            server.ssl.certificate=/nix.pem server.ssl.certificate-private-key=/nix.key | server.ssl: the certificate can't be used (there is no /nix.pem)
            """)
    void tlsThatCanNotBeSetUpIsSaidWithItsSetting(String settings, @Nullable String sentence) {
        DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
        bundles.registerBundle("bare", SslBundle.of(SslStoreBundle.NONE));
        bundles.registerBundle("broken", SslBundle.of(new SslStoreBundle() {
            @Override
            public @Nullable KeyStore getKeyStore() {
                throw new IllegalStateException("outer", new IOException("no such file"));
            }

            @Override
            public @Nullable String getKeyStorePassword() {
                return null;
            }

            @Override
            public @Nullable KeyStore getTrustStore() {
                return null;
            }
        }));
        assertThat(said(() -> http(binder(settings)).requireTls(bundles))).isEqualTo(sentence);
    }

    /** Two ports on any free one are not the same. */
    @Test
    void anyFreePortIsNobodysPort() {
        Binder binder = binder("server.port=0 revproc.listener.port=0");
        assertThat(said(() -> http(binder)
                .requireFree(binder.bindOrCreate("revproc.listener", ListenerProperties.class).settings()))).isNull();
    }

    private static @Nullable String said(Runnable check) {
        Throwable failure = catchThrowable(check::run);
        return failure == null ? null : new StartFailures().sentence(failure);
    }

    private static HttpBeforehand http(Binder binder) {
        MockEnvironment environment = new MockEnvironment();
        for (String setting : new String[]{"server.port", "management.server.port"}) {
            binder.bind(setting, String.class).ifBound(port -> environment.setProperty(setting, port));
        }
        return new HttpBeforehand(binder.bindOrCreate("server", ServerProperties.class),
                binder.bindOrCreate("management.server", ManagementServerProperties.class),
                ManagementPortType.get(environment));
    }

    private static Binder binder(String settings) {
        Map<String, String> map = new HashMap<>(Map.of("server.address", "127.0.0.1"));
        for (String setting : settings.strip().split("\\s+")) {
            map.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return new Binder(List.of(new MapConfigurationPropertySource(map)), null,
                ApplicationConversionService.getSharedInstance());
    }

    private static int free() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
