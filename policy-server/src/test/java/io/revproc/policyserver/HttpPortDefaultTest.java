package io.revproc.policyserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class HttpPortDefaultTest {
    @ParameterizedTest
    @CsvSource({"9001,10001", "0,0", "64535,65535", "64536,63536", "65535,64535", "65536,10001", "99999,10001",
            ",10001", "nonsense,10001"})
    void isAThousandAboveTheDataPort(String listen, int http) {
        assertThat(HttpPortDefault.httpPort(listen)).isEqualTo(http);
    }

    @Test
    void anExplicitPortWins() {
        MockEnvironment environment = new MockEnvironment().withProperty("server.port", "7777")
                .withProperty("policy-server.listen", "9001");
        new HttpPortDefault().postProcessEnvironment(environment, new SpringApplication());
        assertThat(environment.getProperty("server.port")).isEqualTo("7777");
    }

    @Test
    void isSetWhereNobodyDid() {
        StandardEnvironment environment = new StandardEnvironment();
        new HttpPortDefault().postProcessEnvironment(environment, new SpringApplication());
        assertThat(environment.getProperty("server.port", Integer.class)).isEqualTo(10001);
    }
}
