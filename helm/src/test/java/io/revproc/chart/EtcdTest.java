package io.revproc.chart;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class EtcdTest {
    @Test
    void theMembersKnowEachOtherByTheNamesThatTheirServiceGives() {
        Rendered rendered = ValueSet.HA.rendered();
        StatefulSet etcd = rendered.one(StatefulSet.class, "shop-revproc-etcd");
        Container container = etcd.getSpec().getTemplate().getSpec().getContainers().getFirst();
        Service peers = rendered.one(Service.class, etcd.getSpec().getServiceName());

        assertThat(peers.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(peers.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(container.getArgs()).contains("--initial-cluster="
                + "shop-revproc-etcd-0=http://shop-revproc-etcd-0.shop-revproc-etcd-peers.web.svc:2380,"
                + "shop-revproc-etcd-1=http://shop-revproc-etcd-1.shop-revproc-etcd-peers.web.svc:2380,"
                + "shop-revproc-etcd-2=http://shop-revproc-etcd-2.shop-revproc-etcd-peers.web.svc:2380",
                "--initial-advertise-peer-urls=http://$(POD_NAME).shop-revproc-etcd-peers.web.svc:2380");
        assertThat(container.getEnv()).extracting(EnvVar::getName).containsExactly("POD_NAME");
        assertThat(etcd.getSpec().getVolumeClaimTemplates().getFirst().getSpec().getStorageClassName())
                .isEqualTo("fast");
        // All at once: a member alone never becomes ready.
        assertThat(etcd.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
    }

    @Test
    void theProxiesUseTheChartsOwnEtcd() {
        JsonNode store = ValueSet.HA.rendered().proxyConfig().at("/revproc/store");

        assertThat(store.at("/type").asString()).isEqualTo("etcd");
        assertThat(store.at("/etcd/endpoints").toString()).isEqualTo("[\"http://shop-revproc-etcd.web.svc:2379\"]");
    }

    @Test
    void theProxiesUseAnExternalEtcdWithItsCertificatesAndUser() {
        Rendered rendered = ValueSet.EXTERNAL_ETCD.rendered();
        JsonNode store = rendered.proxyConfig().at("/revproc/store");
        Container proxy = rendered.pod("shop-revproc").getSpec().getContainers().getFirst();

        assertThat(rendered.has(StatefulSet.class, "shop-revproc-etcd")).isFalse();
        assertThat(store.at("/etcd/endpoints").toString()).contains("etcd-0.etcd.infra.svc:2379", "etcd-1.etcd");
        assertThat(store.at("/etcd/prefix").asString()).isEqualTo("/prod/revproc/");
        assertThat(proxy.getVolumeMounts()).anyMatch(mount -> store.at("/etcd/ca-certificate").asString()
                .startsWith(mount.getMountPath() + "/"));
        assertThat(proxy.getEnv()).filteredOn(env -> env.getName().startsWith("REVPROC_STORE_ETCD_"))
                .extracting(env -> env.getValueFrom().getSecretKeyRef().getName() + "/"
                        + env.getValueFrom().getSecretKeyRef().getKey())
                .containsExactly("etcd-user/username", "etcd-user/password");
    }

}
