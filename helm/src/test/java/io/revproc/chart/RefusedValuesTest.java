package io.revproc.chart;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Bad values never reach a cluster: the schema or a rule of the chart says which one it is and what it should be. */
class RefusedValuesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            proxi: {} | additional properties 'proxi' not allowed
            proxy: {replica: 2} | '/proxy': additional properties 'replica' not allowed
            proxy: {replicas: two} | '/proxy/replicas': got string, want integer
            proxy: {replicas: -1} | '/proxy/replicas': minimum: got -1, want 0
            proxy: {listener: {port: 70000}} | '/proxy/listener/port': maximum: got 70,000, want 65,535
            proxy: {listener: {port: "8123"}} | '/proxy/listener/port': got string, want integer
            proxy: {service: {type: ExternalName}} | '/proxy/service/type': value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'
            proxy: {service: {nodePort: 80}} | '/proxy/service/nodePort'
            proxy: {autoscaling: {metric: memory}} | '/proxy/autoscaling/metric': value must be one of 'cpu', 'inFlight'
            proxy: {autoscaling: {cpuUtilization: 0}} | '/proxy/autoscaling/cpuUtilization': minimum: got 0, want 1
            proxy: {podDisruptionBudget: {maxUnavailable: 1.5}} | '/proxy/podDisruptionBudget/maxUnavailable'
            proxy: {admin: {tokens: [{name: a b, role: viewer, tokenSha256: x}]}} | '/proxy/admin/tokens/0/name'
            proxy: {admin: {tokens: [{name: ada, role: admin, tokenSha256: x}]}} | value must be one of 'viewer', 'operator'
            proxy: {admin: {tokens: [{name: ada, role: viewer}]}} | '/proxy/admin/tokens/0': missing property 'tokenSha256'
            proxy: {drain: {endpointSeconds: 0}} | '/proxy/drain/endpointSeconds': minimum: got 0, want 1
            proxy: {image: {tag: "a b"}} | '/proxy/image/tag'
            proxy: {image: {digest: sha256:12}} | '/proxy/image/digest'
            proxy: {resources: {limit: {cpu: 1}}} | '/proxy/resources': additional properties 'limit' not allowed
            proxy: {resources: {limits: {memory: lots}}} | '/proxy/resources/limits/memory'
            proxy: {extraEnv: [{value: a}]} | '/proxy/extraEnv/0': missing property 'name'
            proxy: {dataVolume: {emptyDir: {}, hostPath: {}}} | '/proxy/dataVolume': maxProperties: got 2, want 1
            proxy: {persistence: {size: big}} | '/proxy/persistence/size'
            proxy: {service: {spec: {ports: []}}} | '/proxy/service/spec'
            proxy: {extraContainers: [{image: a}]} | '/proxy/extraContainers/0': missing property 'name'
            proxy: {envFrom: [{secret: a}]} | '/proxy/envFrom/0': additional properties 'secret' not allowed
            proxy: {autoscaling: {keda: {triggers: [{type: cron}]}}} | '/proxy/autoscaling/keda/triggers/0': missing property 'metadata'
            extraObjects: [1] | '/extraObjects/0': got number, want string or object
            securityContext: {runAsUser: 0} | '/securityContext/runAsUser': minimum: got 0, want 1
            securityContext: {privileged: true} | '/securityContext': additional properties 'privileged' not allowed
            registration: {allowedCidrs: []} | '/registration/allowedCidrs': minItems: got 0, want 1
            registration: {allowedCidrs: [10.0.0.1]} | '/registration/allowedCidrs/0'
            registration: {requireToken: "yes"} | '/registration/requireToken': got string, want boolean
            tls: {clientAuth: maybe} | '/tls/clientAuth': value must be one of 'none', 'want', 'need'
            tls: {certManager: {duration: 90d}} | '/tls/certManager/duration'
            store: {type: redis} | '/store/type': value must be one of 'memory', 'etcd'
            store: {prefix: revproc} | '/store/prefix'
            store: {external: {endpoints: [etcd]}} | '/store/external/endpoints/0'
            etcd: {replicas: 2} | '/etcd/replicas': value must be one of 1, 3, 5
            etcd: {persistence: {size: big}} | '/etcd/persistence/size'
            policyServers: {PP_1: {policy: PP_1}} | '/policyServers': additional properties 'PP_1' not allowed
            policyServers: {a: {replicas: 1}} | '/policyServers/a': missing property 'policy'
            policyServers: {a: {policy: 999}} | '/policyServers/a/policy': got number, want string
            policyServers: {a: {policy: "PP_1,PP_2"}} | '/policyServers/a/policy'
            policyServers: {a: {policy: P, proto: 3}} | '/policyServers/a/proto': value must be one of 1, 2
            policyServers: {a: {policy: P, weight: 0}} | '/policyServers/a/weight': minimum: got 0, want 1
            policyServers: {a: {policy: P, probes: {kind: tcp}}} | '/policyServers/a/probes/kind': value must be one of 'actuator', 'exec', 'none'
            policyServers: {a: {policy: P, token: {hash: x}}} | '/policyServers/a/token/hash'
            policyServers: {a: {policy: P, port: 9}} | '/policyServers/a': additional properties 'port' not allowed
            policyServerDefaults: {policy: PP_1} | '/policyServerDefaults': additional properties 'policy' not allowed
            networkPolicy: {clients: [{pods: {}}]} | '/networkPolicy/clients/0': additional properties 'pods' not allowed
            networkPolicy: {dns: []} | '/networkPolicy/dns': minItems: got 0, want 1
            metrics: {serviceMonitor: {interval: often}} | '/metrics/serviceMonitor/interval'
            test: {timeoutSeconds: 0} | '/test/timeoutSeconds': minimum: got 0, want 1
            """)
    void theSchemaNamesTheValueAndWhatIsWrongWithIt(String values, String message) {
        assertThatThrownBy(() -> Rendered.with(values)).hasMessageContaining("schema").hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            proxy: {replicas: 2} | Several proxies need a shared switch table: set store.type=etcd
            proxy: {autoscaling: {enabled: true}} | Several proxies need a shared switch table
            store: {type: etcd} | store.type=etcd needs an etcd: set etcd.enabled=true or store.external.endpoints
            etcd: {enabled: true} | etcd.enabled=true starts an etcd that nobody would use
            {store: {type: etcd, external: {endpoints: ["http://e:2379"]}}, etcd: {enabled: true}} | an etcd that nobody would use
            {store: {type: etcd}, etcd: {enabled: true}, proxy: {autoscaling: {enabled: true, minReplicas: 7}}} | minReplicas is greater than maxReplicas
            tls: {enabled: true} | tls.enabled=true needs a certificate: set tls.existingSecret or tls.certManager.enabled=true
            tls: {enabled: true, certManager: {enabled: true}} | needs tls.certManager.issuerName
            {tls: {enabled: true, existingSecret: t}, policyServers: {a: {policy: P}}} | policyServers.a: with tls.enabled=true the proxy knows its servers by their certificates
            {tls: {enabled: true, clientAuth: need, existingSecret: t}, policyServers: {a: {policy: P}}} | policyServers.a: tls.enabled=true needs a certificate of the server
            {tls: {enabled: true, clientAuth: need, existingSecret: t}, policyServers: {a: {policy: P, proto: 1}}} | policyServers.a: the seed's protocol (proto=1) has no TLS
            proxy: {admin: {port: 8123}} | proxy.listener.port and proxy.admin.port must differ
            {proxy: {replicas: 2, dataVolume: {persistentVolumeClaim: {claimName: c}}}, store: {type: etcd}, etcd: {enabled: true}} | proxy.dataVolume.persistentVolumeClaim is one claim, and several proxies would write one record
            {proxy: {replicas: 2, recordKeySecret: k}, store: {type: etcd}, etcd: {enabled: true}} | proxy.recordKeySecret has the keys of one record
            proxy: {admin: {tls: true}} | proxy.admin.tls=true uses the listener's certificate: set tls.enabled=true
            gateway: {enabled: true} | gateway.enabled=true needs gateway.parentRefs
            proxy: {config: {revproc: {listener: {port: 9000}}}} | proxy.config says 9000 where proxy.listener.port says 8123
            proxy: {config: {revproc: {listener: {address: 127.0.0.1}}}} | proxy.config says 127.0.0.1 where proxy.listener.address says 0.0.0.0
            proxy: {config: {server: {port: 9000}}} | proxy.config says 9000 where proxy.admin.port says 8124
            policyServers: {a: {policy: P, id: "1", autoscaling: {enabled: true}}} | policyServers.a: a fixed id allows one replica
            policyServers: {a: {policy: P, autoscaling: {minReplicas: 20}}} | policyServers.a: autoscaling.minReplicas is greater than maxReplicas
            policyServers: {a: {policy: P, id: "1", replicas: 2}} | policyServers.a: a fixed id allows one replica
            {registration: {requireToken: true}, policyServers: {a: {policy: P, token: {existingSecret: t}}}} | policyServers.a: token.existingSecret needs token.hash
            {registration: {requireToken: true}, policyServers: {a: {policy: P, proto: 1}}} | policyServers.a: the seed's protocol (proto=1) has no token
            policyServers: {a: {policy: P, probes: {kind: exec}}} | policyServers.a: probes.kind=exec needs probes.command
            policyServers: {a: {policy: P, httpPort: 9001}} | policyServers.a: listenPort and httpPort must differ
            """)
    void valuesThatDoNotFitTogetherAreRefusedWithASentence(String values, String message) {
        assertThatThrownBy(() -> Rendered.with(values)).hasMessageContaining(message);
    }

    @Test
    void anOldKubernetesIsRefused() {
        assertThatThrownBy(() -> new com.marcnuri.helm.Helm(Project.CHART).template().withKubeVersion("1.29.0").call())
                .hasMessageContaining("requires kubeVersion: >=1.30");
    }
}
