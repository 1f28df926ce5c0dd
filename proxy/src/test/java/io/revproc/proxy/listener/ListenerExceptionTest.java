package io.revproc.proxy.listener;

import java.net.BindException;
import java.net.InetAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ListenerExceptionTest {
    @ParameterizedTest
    @CsvSource({"bind(..) failed with error(-99): Cannot assign requested address, revproc.listener.address",
            "Cannot assign requested address, revproc.listener.address",
            "Address already in use, revproc.listener.port", "Permission denied, revproc.listener.port"})
    void theSettingThatIsAtFaultIsNamed(String reason, String setting) throws Exception {
        assertThat(new ListenerException(InetAddress.getByName("10.99.99.9"), 8123, new BindException(reason)))
                .hasMessageStartingWith("The proxy cannot listen on 10.99.99.9:8123 (").hasMessageEndingWith(setting);
    }

    @Test
    void anAddressOfIpv6StandsInBrackets() {
        assertThat(new ListenerException(InetAddress.ofLiteral("2001:db8::9"), 8123, new BindException("x")))
                .hasMessageStartingWith("The proxy cannot listen on [2001:db8:0:0:0:0:0:9]:8123 ");
    }
}
