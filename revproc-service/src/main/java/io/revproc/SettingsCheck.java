package io.revproc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.revproc.start.FrameworkFailures;
import io.revproc.start.FrameworkOptions;
import io.revproc.start.SettingsCatalogue;
import io.revproc.start.WrongSettingException;
import io.revproc.wire.DidYouMean;
import io.revproc.wire.LogValue;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Stops the start if any file, argument or environment variable holds a key under {@code revproc} that is no setting,
 * or any file a misspelt one of the framework. The binder alone would not find a wrong tree ({@code revproc.listner.port}), nor anything in the environment.
 */
final class SettingsCheck implements EnvironmentPostProcessor, Ordered {
    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("revproc");
    /** The variables that Kubernetes sets in every pod if a service's name begins with "revproc". */
    private static final Pattern SERVICE_LINK = Pattern
            .compile("(.*\\.)?(service\\.(host|port(\\..+)?)|port(\\[\\d+\\]\\.(tcp|udp|sctp)(\\..+)?)?)");

    private final Log log;

    /** @param logs keep what is said until there is a log */
    SettingsCheck(DeferredLogFactory logs) {
        this.log = logs.getLog(SettingsCheck.class);
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        FrameworkFailures.listensForHttp(environment);
        String problem = problem(environment, SettingsCatalogue.read(ROOT + "."));
        if (problem == null) {
            problem = FrameworkOptions.problem(environment);
        }
        if (problem != null) {
            throw new WrongSettingException(problem, null);
        }
        FrameworkOptions.doubts(environment)
                .forEach(doubt -> log.warn("event=unknown_variable reason=" + LogValue.of(doubt)));
        // revproc.store=memory is how people write it; a value and a tree of the same name do not bind together.
        String store = environment.getProperty("revproc.store");
        if (store != null && !store.isBlank()) {
            environment.getPropertySources()
                    .addLast(new MapPropertySource("revproc.store", Map.of("revproc.store.type", store)));
        }
    }

    /** One sentence about a key that Spring would leave out in silence, since a name in brackets holds a bracket; null if there is none. */
    private static @Nullable String bracketsProblem(ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream().filter(EnumerablePropertySource.class::isInstance)
                .flatMap(source -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames()))
                .filter(name -> name.startsWith(ROOT + ".") && !bracketsFit(name)).sorted().findFirst()
                .map(name -> "the setting '" + name + "' can't be read: a name in brackets must not hold a bracket")
                .orElse(null);
    }

    /** Returns whether each bracket of a key has its other half, with none between the two, and a part of the key ends behind it. */
    static boolean bracketsFit(String key) {
        boolean open = false;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '[' && open || c == ']' && !open) {
                return false;
            }
            open = c == '[' || open && c != ']';
            if (c == ']' && i + 1 < key.length() && ".[".indexOf(key.charAt(i + 1)) < 0) {
                return false;
            }
        }
        return !open;
    }

    /** One sentence about the keys that can't be read or are unknown; null if there are none. */
    static @Nullable String problem(ConfigurableEnvironment environment, SettingsCatalogue catalogue) {
        String brackets = bracketsProblem(environment);
        if (brackets != null) {
            return brackets;
        }
        TreeSet<String> unknown = new TreeSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                boolean fromEnvironment = isEnvironment(source.getUnderlyingSource());
                List<ConfigurationPropertyName> ours = new ArrayList<>(
                        names.stream().filter(ROOT::isAncestorOf).toList());
                ours.removeIf(name -> fromEnvironment ? fine(name, catalogue) : catalogue.knows(name));
                ours.forEach(name -> unknown.add(describe(source.getConfigurationProperty(name), name, catalogue)));
            }
        }
        return unknown.isEmpty()
                ? null
                : "there is no setting " + String.join(", nor ", unknown) + "; --help-all lists all settings";
    }

    private static boolean fine(ConfigurationPropertyName name, SettingsCatalogue catalogue) {
        // Other programs have variables that begin with REVPROC_ as well; a wrong one in our own trees is a mistake.
        return catalogue.knowsFromEnvironment(name) || !catalogue.inKnownTree(name)
                || SERVICE_LINK.matcher(name.toString()).matches();
    }

    private static boolean isEnvironment(@Nullable Object source) {
        return source instanceof PropertySource<?> property
                && property.getName().endsWith(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private static String describe(@Nullable ConfigurationProperty property, ConfigurationPropertyName name,
            SettingsCatalogue catalogue) {
        String where = property == null || property.getOrigin() == null
                ? ""
                : " (" + property.getOrigin().toString()
                        .replaceFirst("^\".*\" from property source \"commandLineArgs\"$", "on the command line")
                        .replaceFirst("^System Environment Property \"(.*)\"$", "environment variable $1") + ")";
        String gone = catalogue.gone(name);
        if (gone != null) {
            return "'" + name + "' any more" + where + ": " + gone;
        }
        String nearest = catalogue.nearest(name);
        return "'" + name + "'" + where + (nearest == null ? "" : ", " + DidYouMean.of("'" + nearest + "'"));
    }
}
