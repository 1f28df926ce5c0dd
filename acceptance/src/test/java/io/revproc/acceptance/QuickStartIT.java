package io.revproc.acceptance;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar starts with the bean definitions of its build, and without them where a setting asks for other beans. */
class QuickStartIT {
    @Test
    void theProductsSettingsKeepThePreparedStart() throws Exception {
        try (Proc proxy = Programs.proxy("--revproc.listener.event-loops=1")) {
            assertThat(proxy.await("event=started .* prepared=(\\w+)").group(1)).isEqualTo("true");
        }
    }

    @Test
    void aSettingOfTheFrameworkIsFollowed() throws Exception {
        // Its own port for the actuator is a second web server, which the prepared start does not have.
        try (Proc proxy = Programs.proxy("--management.server.port=0")) {
            assertThat(proxy.await("event=started .* prepared=(\\w+)").group(1)).isEqualTo("false");
            assertThat(Programs.port(proxy)).isPositive();
        }
    }
}
