package io.revproc;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class PoliciesPropertiesTest {
    @ParameterizedTest
    @CsvSource({"PP_1,7", "PP_2,8", "pp-3,9", "999,10", "PP_4,10000", "PP_1x,10000", "PP1,10000", "a b,11"})
    void policyFindsItsSettingsOrTheDefaults(String policy, int maxInFlight) {
        assertThat(bind(Map.of("revproc.policies[PP_1].max-in-flight", "7", "revproc.policies.PP_2.max-in-flight", "8",
                "revproc.policies.pp-3.max-in-flight", "9", "revproc.policies.999.max-in-flight", "10",
                "revproc.policies[a b].max-in-flight", "11")).of(policy).maxInFlight()).isEqualTo(maxInFlight);
    }

    private static PoliciesProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("revproc",
                PoliciesProperties.class);
    }
}
