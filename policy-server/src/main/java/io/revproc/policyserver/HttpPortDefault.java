package io.revproc.policyserver;

import java.util.Map;

import io.revproc.start.HttpPort;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Where nobody set {@code server.port}, HTTP listens 1000 above the data port, so that a person can guess it and two servers
 * on one machine do not collide; 1000 below where above would be no port; on any free port if the data port is.
 */
final class HttpPortDefault implements EnvironmentPostProcessor, Ordered {
    static final int DISTANCE = 1000;
    private static final int DEFAULT_LISTEN = 9001;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (environment.getProperty("server.port") == null) {
            environment.getPropertySources().addLast(new MapPropertySource("httpPortDefault",
                    Map.of("server.port", httpPort(environment.getProperty("policy-server.listen")))));
        }
    }

    static int httpPort(@org.jspecify.annotations.Nullable String listen) {
        int given = listen != null && listen.strip().matches("\\d{1,5}") ? Integer.parseInt(listen.strip()) : -1;
        // what is no port is said by the settings' own check
        int port = given >= 0 && given <= HttpPort.MAX ? given : DEFAULT_LISTEN;
        return port == 0 ? 0 : port + DISTANCE <= HttpPort.MAX ? port + DISTANCE : port - DISTANCE;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
