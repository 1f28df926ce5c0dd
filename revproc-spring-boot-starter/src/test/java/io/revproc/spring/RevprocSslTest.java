package io.revproc.spring;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLEngine;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class RevprocSslTest {
    private X509Bundle authority;
    private DefaultSslBundleRegistry registry;
    private ObjectProvider<SslBundles> bundles;

    @BeforeEach
    void anAuthorityAndABundle() throws Exception {
        authority = new CertificateBuilder().ecp256().subject("CN=test").setIsCertificateAuthority(true)
                .buildSelfSigned();
        registry = new DefaultSslBundleRegistry("orders", bundle(true, SslOptions.NONE));
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        beans.addBean("sslBundles", registry);
        bundles = beans.getBeanProvider(SslBundles.class);
    }

    private SslBundle bundle(boolean withTrust, SslOptions options) throws Exception {
        Instant now = Instant.now();
        X509Bundle own = new CertificateBuilder().ecp256().subject("CN=orders")
                .notBefore(now.minus(Duration.ofHours(1))).notAfter(now.plus(Duration.ofDays(1)))
                .addSanDnsName("localhost").buildIssuedBy(authority);
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate(own.getCertificatePEM()).withPrivateKey(own.getPrivateKeyPEM()),
                withTrust ? PemSslStoreDetails.forCertificate(authority.getCertificatePEM()) : null),
                SslBundleKey.NONE, options);
    }

    private @Nullable RevprocSsl server(@Nullable SslBundle given, @Nullable String name) {
        return RevprocSsl.server("revproc.server.ssl", given, name, true, ClientAuth.REQUIRE, null, bundles);
    }

    @Test
    void bundleThatIsNowhereDefinedStopsTheStartWithItsSetting() {
        assertThatThrownBy(() -> server(null, "none")).isInstanceOf(WrongRevprocSettingException.class).hasMessage(
                "The setting 'revproc.server.ssl.bundle' can't be used: it names the bundle 'none', which "
                        + "spring.ssl.bundle.pem.none or .jks has to define.");
    }

    private static String[] protocols(SslContext context) {
        SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
        return engine.getEnabledProtocols();
    }

    @Test
    void nothingSaidIsPlainText() {
        assertThat(server(null, null)).isNull();
        assertThat(server(null, " ")).isNull();
    }

    @Test
    void speaksTheNewestVersionAloneUnlessTheBundleSaysOtherwise() throws Exception {
        RevprocSsl usual = Objects.requireNonNull(server(null, "orders"));
        assertThat(protocols(usual.client().get())).containsExactly("TLSv1.3");
        assertThat(protocols(usual.server().get())).containsExactly("TLSv1.3");
        SslBundle both = bundle(true, SslOptions.of(null, Set.of("TLSv1.2", "TLSv1.3")));
        assertThat(protocols(Objects.requireNonNull(server(both, null)).client().get()))
                .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    }

    @Test
    void peersOfTheDataPortHaveToShowACertificate() {
        RevprocSsl ssl = Objects.requireNonNull(server(null, "orders"));
        assertThat(ssl.server().get().newEngine(UnpooledByteBufAllocator.DEFAULT).getNeedClientAuth()).isTrue();
    }

    @Test
    void changedBundleIsTakenUpAndOneThatCanNotBeUsedIsNot(CapturedOutput output) throws Exception {
        RevprocSsl ssl = Objects.requireNonNull(server(null, "orders"));
        AtomicInteger changes = new AtomicInteger();
        ssl.onChange(changes::incrementAndGet);
        SslContext first = ssl.server().get();

        registry.updateBundle("orders", bundle(true, SslOptions.NONE));
        assertThat(changes).hasValue(1);
        SslContext second = ssl.server().get();
        assertThat(second).isNotSameAs(first);

        registry.updateBundle("orders", bundle(false, SslOptions.NONE));
        assertThat(changes).hasValue(1);
        assertThat(ssl.server().get()).isSameAs(second);
        assertThat(output).containsOnlyOnce("event=certificates_reloaded").contains(
                "event=certificates_not_reloaded reason=\"it needs a key store, this server's certificate, and a trust");
    }

    @Test
    void bundleThatCanNotBeUsedStopsTheStartWithItsSetting() throws Exception {
        SslBundle withoutTrust = bundle(false, SslOptions.NONE);
        assertThatThrownBy(() -> server(withoutTrust, null)).isInstanceOf(WrongRevprocSettingException.class)
                .hasMessageStartingWith("The setting 'revproc.server.ssl' can't be used: it needs a key store");
        registry.registerBundle("half", withoutTrust);
        assertThatThrownBy(() -> server(null, "half"))
                .hasMessageStartingWith("The setting 'revproc.server.ssl.bundle' can't be used");
    }
}
