package io.revproc;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Stops the proxy's start if a setting is wrong. */
final class SettingsCheck extends io.revproc.start.SettingsCheck {
    SettingsCheck(DeferredLogFactory logs) {
        super(logs, new StartFailures());
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        // revproc.store=memory is how people write it; a value and a tree of the same name do not bind together.
        String store = environment.getProperty("revproc.store");
        if (store != null && !store.isBlank()) {
            environment.getPropertySources()
                    .addLast(new MapPropertySource("revproc.store", Map.of("revproc.store.type", store)));
        }
        super.postProcessEnvironment(environment, application);
    }
}
