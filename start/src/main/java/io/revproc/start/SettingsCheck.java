package io.revproc.start;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

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
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Stops the start if a setting is wrong, and says all that are: keys in any file, argument or environment variable that are none of the
 * program's settings, misspelt ones of the framework in a file, and beside these values that can't be. The binder alone would not find a wrong tree
 * ({@code revproc.listner.port}), nor anything in the environment. Each program has its own.
 */
public abstract class SettingsCheck implements EnvironmentPostProcessor, Ordered {
    /** The variables that Kubernetes sets in every pod if a service's name begins with the program's. */
    private static final Pattern SERVICE_LINK = Pattern
            .compile("(.*\\.)?(service\\.(host|port(\\..+)?)|port(\\[\\d+\\]\\.(tcp|udp|sctp)(\\..+)?)?)");

    private final Log log;
    private final StartFailures failures;

    /** @param logs keep what is said until there is a log */
    protected SettingsCheck(DeferredLogFactory logs, StartFailures failures) {
        this.log = logs.getLog(getClass());
        this.failures = failures;
    }

    @Override
    public final int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        FrameworkFailures.listensForHttp(environment);
        SettingsCatalogue catalogue = SettingsCatalogue.read(failures.root() + ".");
        List<String> problems = new ArrayList<>(keys(environment, catalogue));
        problems.addAll(FrameworkOptions.problems(environment));
        if (!problems.isEmpty()) {
            // Otherwise the values are read when they are needed: to read them twice takes a twentieth of the start.
            problems.addAll(values(environment, catalogue));
            throw new WrongSettingException(String.join("; ", problems), null);
        }
        FrameworkOptions.doubts(environment)
                .forEach(doubt -> log.warn("event=unknown_variable reason=" + LogValue.of(doubt)));
    }

    /** Returns a sentence or several on each class of settings that has wrong values. */
    public final List<String> values(ConfigurableEnvironment environment, SettingsCatalogue catalogue) {
        return SettingsBinding.wrong(environment, failures, catalogue.types());
    }

    /** Returns a sentence on all keys that are unknown, and one on each that can't be read, has a value and is a group, or several and takes one. */
    public final List<String> keys(ConfigurableEnvironment environment, SettingsCatalogue catalogue) {
        TreeSet<String> problems = new TreeSet<>(brackets(environment));
        TreeSet<String> unknown = new TreeSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                boolean variables = isEnvironment(source.getUnderlyingSource());
                for (ConfigurationPropertyName name : names) {
                    if (!failures.isOwn(name) || (variables ? fine(name, catalogue) : catalogue.knows(name))) {
                        continue;
                    }
                    ConfigurationProperty property = source.getConfigurationProperty(name);
                    if (catalogue.isElementOfOneValue(name)) {
                        problems.add(StartFailures.oneValue(catalogue.bracketed(name.getParent())));
                    } else if (!catalogue.isGroup(name)) {
                        unknown.add(describe(property, name, catalogue));
                    } else if (!StartFailures.isEmpty(property)) {
                        problems.add(StartFailures.group(catalogue.bracketed(name)) + where(property));
                    }
                }
            }
        }
        List<String> all = new ArrayList<>(problems);
        if (!unknown.isEmpty()) {
            all.add("there is no setting " + String.join(", nor ", unknown) + StartFailures.ALL_SETTINGS);
        }
        return all;
    }

    /** One sentence about each key that Spring would leave out in silence, since a name in brackets holds a bracket. */
    private List<String> brackets(ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream().filter(EnumerablePropertySource.class::isInstance)
                .flatMap(source -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames()))
                .filter(name -> name.startsWith(failures.root() + ".") && !bracketsFit(name))
                .map(name -> "the setting '" + name + "' can't be read: a name in brackets must not hold a bracket")
                .toList();
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

    private static boolean fine(ConfigurationPropertyName name, SettingsCatalogue catalogue) {
        // Other programs have variables that begin like ours as well; a wrong one in our own trees is a mistake.
        return catalogue.knowsFromEnvironment(name) || !catalogue.inKnownTree(name)
                || SERVICE_LINK.matcher(name.toString()).matches();
    }

    /** Returns whether a setting comes from a variable of the environment. */
    static boolean isVariable(@Nullable ConfigurationProperty property) {
        return property != null && property.getSource() != null
                && isEnvironment(property.getSource().getUnderlyingSource());
    }

    private static boolean isEnvironment(@Nullable Object source) {
        return source instanceof PropertySource<?> property
                && property.getName().endsWith(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private static String describe(@Nullable ConfigurationProperty property, ConfigurationPropertyName name,
            SettingsCatalogue catalogue) {
        String gone = catalogue.gone(name);
        if (gone != null) {
            return "'" + name + "' any more" + where(property) + ": " + gone;
        }
        String nearest = catalogue.nearest(name);
        String shown = StartFailures.shown(name);
        // Only a place in a file does not say the name once more.
        boolean place = shown.equals(name.toString())
                || property != null && property.getOrigin() instanceof TextResourceOrigin;
        return "'" + shown + "'" + (place ? where(property) : "")
                + (nearest == null ? "" : ", " + DidYouMean.of("'" + nearest + "'"));
    }

    private static String where(@Nullable ConfigurationProperty property) {
        return property == null || property.getOrigin() == null
                ? ""
                : " (" + property.getOrigin().toString()
                        .replaceFirst("^\".*\" from property source \"commandLineArgs\"$", "on the command line")
                        .replaceFirst("^System Environment Property \"(.*)\"$", "environment variable $1") + ")";
    }
}
