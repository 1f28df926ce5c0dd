package io.revproc;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.util.ClassUtils;

/**
 * Chooses the bean definitions that the build made (Spring's ahead-of-time processing), which saves a quarter of the start, if they
 * are what this start would find out by itself. Which beans there are was decided with the settings that are in the jar; so any
 * other setting of the framework makes this start find out anew. The product's own settings are free: none of them decides
 * whether there is a bean.
 */
final class QuickStart implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final String AOT = "spring.aot.enabled";
    /** The trees whose settings decide which beans there are. */
    private static final List<ConfigurationPropertyName> DECIDING = names("spring", "server", "management");
    /** Settings and trees of those that decide nothing. */
    private static final List<ConfigurationPropertyName> FREE = names("server.address", "server.port",
            "spring.application", "spring.config",
            "spring.context.exit", "spring.lifecycle", "spring.ssl.bundle", "spring.output.ansi.enabled", AOT);

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (SpringProperties.getProperty(AOT) == null && System.getProperty("spring.aot.processing") == null
                && ClassUtils.isPresent(RevprocService.class.getName() + "__ApplicationContextInitializer",
                        RevprocService.class.getClassLoader())
                && fits(event.getEnvironment())) {
            SpringProperties.setFlag(AOT);
        }
    }

    /** Returns whether no setting was made that the build did not know and that decides which beans there are. */
    static boolean fits(ConfigurableEnvironment environment) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names && !isInTheJar(source.getUnderlyingSource())
                    && names.stream().anyMatch(QuickStart::decides)) {
                return false;
            }
        }
        return environment.getActiveProfiles().length == 0;
    }

    private static boolean decides(ConfigurationPropertyName name) {
        return isIn(DECIDING, name) && !isIn(FREE, name);
    }

    private static boolean isInTheJar(@Nullable Object source) {
        return source instanceof PropertySource<?> file
                && file.getName().startsWith("Config resource 'class path resource [application.yaml]'");
    }

    private static boolean isIn(List<ConfigurationPropertyName> trees, ConfigurationPropertyName name) {
        return trees.stream().anyMatch(tree -> tree.equals(name) || tree.isAncestorOf(name));
    }

    private static List<ConfigurationPropertyName> names(String... names) {
        return Arrays.stream(names).map(ConfigurationPropertyName::of).toList();
    }
}
