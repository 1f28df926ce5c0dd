package io.revproc.policyserver;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrialStartTest {
    @Test
    void whatOpensAPortIsReplacedAndTheRestIsKept() {
        assertThat(PolicyServerApplication.TRIAL
                .settings(new String[]{"--policy-server.listen=9001", "--server.port=10001",
                        "--policy-server.pp=PP_2", "--server.address=0.0.0.0"}))
                .containsExactlyInAnyOrder("--policy-server.pp=PP_2",
                        "--policy-server.listen=0", "--policy-server.listen-address=127.0.0.1", "--server.port=0",
                        "--server.address=127.0.0.1");
    }
}
