package io.revproc.start;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.Environment;
import org.springframework.validation.Validator;

/**
 * Reads the settings of a program: goes on behind a wrong value, and at the end says all of them. An empty group of settings sets nothing
 * ({@code listener:} in YAML), and an empty setting is wrong, but for a variable of the environment: that is how containers leave one out.
 * Settings of others are left alone.
 */
public final class SettingsBinding extends AbstractBindHandler {
    private final StartFailures failures;
    private final Map<ConfigurationPropertyName, String> wrong = new TreeMap<>();

    private SettingsBinding(BindHandler parent, StartFailures failures) {
        super(parent);
        this.failures = failures;
    }

    /** Has the framework read the program's settings so. */
    public static ConfigurationPropertiesBindHandlerAdvisor advisor(StartFailures failures) {
        return parent -> new SettingsBinding(parent, failures);
    }

    /** Returns a sentence or several on each class of settings that has wrong values. */
    static List<String> wrong(Environment environment, StartFailures failures, Map<String, Class<?>> types) {
        Binder binder = Binder.get(environment);
        List<String> wrong = new ArrayList<>();
        new TreeMap<>(types).forEach((name, type) -> {
            try {
                binder.bindOrCreate(name, Bindable.of(type),
                        new SettingsBinding(new ValidationBindHandler(bounds(type)), failures));
            } catch (BindException e) {
                String sentence = failures.sentence(e);
                if (!sentence.isEmpty()) {
                    wrong.add(sentence);
                }
            }
        });
        return wrong;
    }

    private static <T> Validator bounds(Class<T> type) {
        return Validator.forType(type, (settings, errors) -> {
            if (settings instanceof CheckedSettings checked) {
                checked.validate(checked, errors);
            }
        });
    }

    @Override
    public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            Exception error) throws Exception {
        if (!failures.isOwn(name)) {
            return super.onFailure(name, target, context, error);
        }
        ConfigurationProperty property = written(name, context);
        if (isLeftOut(property)) {
            return null;
        }
        boolean whole = context.getDepth() == 0;
        boolean group = error instanceof ConverterNotFoundException && isGroup(target);
        if (!group) {
            note(name, property, error);
        }
        if (whole && !wrong.isEmpty()) {
            throw all(error);
        }
        return group && !whole ? nothingSet(name, target) : null;
    }

    /** A number of YAML with a fraction would lose it in silence. */
    @Override
    public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            Object result) {
        ConfigurationProperty property = property(name, context);
        if (failures.isOwn(name) && property != null && result instanceof Number bound
                && property.getValue() instanceof Number written && bound.doubleValue() != written.doubleValue()) {
            wrong.put(name, failures.fraction(name, written));
        }
        return super.onSuccess(name, target, context, result);
    }

    @Override
    public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            @Nullable Object result) throws Exception {
        if (failures.isOwn(name)) {
            ConfigurationProperty property = property(name, context);
            if (result == null && StartFailures.isEmpty(property) && !isLeftOut(property)) {
                wrong.put(name, failures.empty(name));
            }
        }
        super.onFinish(name, target, context, result);
        if (context.getDepth() == 0 && !wrong.isEmpty()) {
            throw all(null);
        }
    }

    /** What comes of a value that is wrong already is not said. */
    private void note(ConfigurationPropertyName name, @Nullable ConfigurationProperty property, Exception error) {
        Map<ConfigurationPropertyName, String> more = error instanceof BindValidationException invalid
                ? failures.invalid(invalid)
                : Map.of(name, failures.wrong(name, property, error));
        Set<ConfigurationPropertyName> known = Set.copyOf(wrong.keySet());
        more.forEach((each, sentence) -> {
            if (!sentence.isEmpty() && known.stream().noneMatch(one -> each.equals(one) || each.isAncestorOf(one))) {
                wrong.put(each, sentence);
            }
        });
    }

    private WrongSettingException all(@Nullable Exception cause) {
        return new WrongSettingException(String.join("; ", wrong.values()), cause);
    }

    private static @Nullable ConfigurationProperty written(ConfigurationPropertyName name, BindContext context) {
        return StreamSupport.stream(context.getSources().spliterator(), false)
                .map(source -> source.getConfigurationProperty(name)).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** What is last read is not always what is asked for. */
    private static @Nullable ConfigurationProperty property(ConfigurationPropertyName name, BindContext context) {
        ConfigurationProperty property = context.getConfigurationProperty();
        return property != null && property.getName().equals(name) ? property : null;
    }

    private static boolean isLeftOut(@Nullable ConfigurationProperty property) {
        return StartFailures.isEmpty(property) && SettingsCheck.isVariable(property);
    }

    /** One with a value is the check of the keys' to refuse. A record that is read from a text is none. */
    private static boolean isGroup(Bindable<?> target) {
        Class<?> type = target.getType().toClass();
        return type.isRecord() && !ApplicationConversionService.getSharedInstance().canConvert(String.class, type)
                || Map.class.isAssignableFrom(type);
    }

    /** The defaults: a policy that has a name alone is one. */
    private static @Nullable Object nothingSet(ConfigurationPropertyName name, Bindable<?> target) {
        return Map.class.isAssignableFrom(target.getType().toClass())
                ? null
                : new Binder().bindOrCreate(name, target, null);
    }
}
