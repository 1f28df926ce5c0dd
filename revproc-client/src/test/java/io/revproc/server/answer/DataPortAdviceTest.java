package io.revproc.server.answer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DataPortAdviceTest {
    @ParameterizedTest
    @CsvSource({"bind(..) failed with error(-99): Cannot assign requested address, policy-server.listen-address",
            "Address already in use, policy-server.listen", "Permission denied, policy-server.listen",
            "UnresolvedAddressException, policy-server.listen-address"})
    void theSettingThatIsAtFaultIsNamed(String reason, String setting) {
        assertThat(DataPort.advice(reason, "policy-server.listen-address", "policy-server.listen"))
                .endsWith("with " + setting);
    }
}
