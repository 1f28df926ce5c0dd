package io.revproc.chart;

import java.util.Objects;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ObservabilityTest {
    @Test
    void theServiceMonitorFindsTheAdminServiceAlone() {
        Rendered rendered = ValueSet.SECURE.rendered();
        Kinds.ServiceMonitor monitor = rendered.all(Kinds.ServiceMonitor.class).getFirst();

        assertThat(rendered.all(Service.class)).filteredOn(
                service -> service.getMetadata().getLabels().entrySet()
                        .containsAll(monitor.spec().selector().matchLabels().entrySet()))
                .singleElement()
                .satisfies(service -> assertThat(service.getSpec().getPorts()).anyMatch(
                        port -> port.getName().equals(monitor.spec().endpoints().getFirst().port())));
        assertThat(monitor.metadata().getLabels()).containsEntry("release", "prometheus");
        assertThat(Objects.requireNonNull(monitor.spec().endpoints().getFirst().authorization()).credentials().name())
                .isEqualTo("revproc-scrape");
    }

    @Test
    void theCertificateIsForTheNamesThatClientsAndServersUse() {
        Kinds.Certificate certificate = ValueSet.SECURE.rendered().all(Kinds.Certificate.class).getFirst();

        assertThat(certificate.spec().dnsNames()).contains("shop-revproc.web.svc", "shop-revproc-headless.web.svc",
                "shop-revproc.web.svc.cluster.local", "revproc.example.org");
        assertThat(certificate.spec().secretName()).isEqualTo("shop-revproc-tls");
        assertThat(certificate.spec().issuerRef()).isEqualTo(
                new Kinds.Certificate.IssuerRef("cert-manager.io", "ClusterIssuer", "internal"));
    }

    @Test
    void eachPolicyServerHasACertificateOfItsOwnAndIsTold() {
        Rendered rendered = ValueSet.SECURE.rendered();
        assertThat(rendered.all(Kinds.Certificate.class)).extracting(each -> each.spec().secretName())
                .containsExactlyInAnyOrder("shop-revproc-tls", "shop-revproc-pp-1-tls", "shop-revproc-pp-2-tls");
        PodSpec pod = rendered.pod("shop-revproc-pp-1").getSpec();
        assertThat(pod.getVolumes()).anyMatch(volume -> volume.getSecret() != null
                && volume.getSecret().getSecretName().equals("shop-revproc-pp-1-tls"));
        assertThat(pod.getContainers().getFirst().getEnv()).extracting(EnvVar::getName)
                .contains("POLICYSERVER_TLS_BUNDLE", "SPRING_SSL_BUNDLE_PEM_SERVER_TRUSTSTORE_CERTIFICATE");
        Rendered given = Rendered.with("""
                tls: {enabled: true, clientAuth: need, existingSecret: proxy-tls}
                policyServers: {a: {policy: P, tls: {existingSecret: a-tls}}}
                """);
        assertThat(given.all(Kinds.Certificate.class)).isEmpty();
        assertThat(given.pod("shop-revproc-a").getSpec().getVolumes()).anyMatch(
                volume -> volume.getSecret() != null && volume.getSecret().getSecretName().equals("a-tls"));
        assertThat(ValueSet.DEFAULT.rendered().all(Kinds.Certificate.class)).isEmpty();
    }

    @Test
    void nothingThatNeedsAnOperatorIsThereUnlessAskedFor() {
        Rendered rendered = ValueSet.SEED.rendered();

        assertThat(rendered.all(Kinds.ServiceMonitor.class)).isEmpty();
        assertThat(rendered.all(Kinds.Certificate.class)).isEmpty();
        assertThat(rendered.all(ConfigMap.class)).hasSize(1);
    }
}
