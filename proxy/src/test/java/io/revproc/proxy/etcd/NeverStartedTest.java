package io.revproc.proxy.etcd;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A process that is told to end before its start comes to the table. */
class NeverStartedTest {
    private static final EtcdSettings SETTINGS = new EtcdSettings(List.of("http://127.0.0.1:1"), "/x/",
            Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ZERO, null, null, null, null, null);

    @Test
    void theDiskKeepsWhatItHas() {
        AtomicInteger writes = new AtomicInteger();
        new EtcdStore(new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
                InstantSource.system(), () -> 0), SETTINGS, () -> "x", new Disk() {
                    @Override
                    public byte[] read() {
                        return new byte[0];
                    }

                    @Override
                    public void write(byte[] bytes) {
                        writes.incrementAndGet();
                    }
                }, () -> null).close();
        assertThat(writes).hasValue(0);
    }

    @Test
    void policiesThatWereNotAskedForEndAsWell() {
        EtcdPolicies policies = new EtcdPolicies(SETTINGS, (_, _) -> {});
        policies.close();
        assertThat(policies.status().inForce()).isNull();
    }
}
