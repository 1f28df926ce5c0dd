package io.revproc.start;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** Turns whatever stops the start into one sentence for the person who started it, and prints that. Each program has its own. */
public abstract class StartFailures implements FailureAnalyzer, FailureAnalysisReporter, Ordered {
    static final String ALL_SETTINGS = "; --help-all lists all settings";

    /** What must not end in a log, even where it is wrong. */
    private static final Pattern SECRET = Pattern.compile("token|secret|password|users");
    /** What a value is, in plain words. */
    private static final Map<Class<?>, String> KINDS = Map.of(Integer.class, "a whole number", Long.class,
            "a whole number", Double.class, "a number", Boolean.class, "true or false", Duration.class,
            "a duration, such as 500ms, 30s or 5m", DataSize.class, "a size, such as 64KB or 1MB");
    private static final Pattern WHOLE = Pattern.compile("-?\\d+");
    /** A name and a password in an address. */
    private static final Pattern CREDENTIALS = Pattern.compile("://[^@]*@|:[^/@]*@");

    private final String prefix;
    private final ConfigurationPropertyName root;

    /**
     * @param prefix what the sentence begins with on the standard error stream
     * @param root   what the names of the program's settings begin with
     */
    protected StartFailures(String prefix, String root) {
        this.prefix = prefix;
        this.root = ConfigurationPropertyName.of(root);
    }

    /** Returns what the names of the program's settings begin with. */
    final ConfigurationPropertyName root() {
        return root;
    }

    /** Returns whether a setting is the program's own. */
    final boolean isOwn(ConfigurationPropertyName name) {
        return root.equals(name) || root.isAncestorOf(name);
    }

    private SettingsCatalogue catalogue() {
        return SettingsCatalogue.read(root + ".");
    }

    /** Returns what the program knows better about this exception; null: nothing. */
    protected abstract @Nullable String own(Throwable cause);

    @Override
    public final int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public final FailureAnalysis analyze(Throwable failure) {
        return new FailureAnalysis(sentence(failure), null, failure);
    }

    @Override
    public final void report(FailureAnalysis analysis) {
        System.err.println(prefix + ": " + analysis.getDescription());
        // The framework's own reporter comes next and would say it again in ten lines, if the log was not set up before it failed.
        LoggingSystem.get(StartFailures.class.getClassLoader())
                .setLogLevel("org.springframework.boot.diagnostics", LogLevel.OFF);
    }

    /** Returns the sentence. */
    public final String sentence(Throwable failure) {
        Throwable last = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String known = known(cause);
            if (known != null) {
                return FrameworkFailures.oneLine(known);
            }
            last = cause;
        }
        return FrameworkFailures.oneLine(FrameworkFailures.unknown(last));
    }

    private @Nullable String known(Throwable cause) {
        String own = own(cause);
        return own != null ? own : switch (cause) {
            case UnboundConfigurationPropertiesException unbound -> unbound(unbound);
            case BindValidationException invalid -> String.join("; ", invalid(invalid).values());
            case BindException bind -> wrong(bind.getName(), bind.getProperty(), bind.getCause());
            // An exception of ours says in its message what a person needs, whatever caused it.
            default -> isOurs(cause)
                    ? cause.getMessage()
                    : isSentence(cause)
                            ? named(String.valueOf(cause.getMessage()))
                            : FrameworkFailures.sentence(cause);
        };
    }

    /** A list's elements that do not follow the others are all that the binder itself does not take; one without a value follows none. */
    private String unbound(UnboundConfigurationPropertiesException unbound) {
        SettingsCatalogue catalogue = catalogue();
        String empty = unbound.getUnboundProperties().stream().filter(StartFailures::isEmpty)
                .map(property -> "the setting '" + catalogue.bracketed(property.getName())
                        + "' is empty; give it a value, or take it away")
                .sorted().collect(Collectors.joining("; "));
        if (!empty.isEmpty()) {
            return empty;
        }
        // A list where one value belongs is said already.
        List<String> names = unbound.getUnboundProperties().stream().map(ConfigurationProperty::getName)
                .filter(name -> !catalogue.isElementOfOneValue(name)).map(name -> "'" + name + "'").sorted().toList();
        return names.isEmpty() ? "" : "there is no setting " + String.join(", nor ", names) + ALL_SETTINGS;
    }

    static boolean isEmpty(@Nullable ConfigurationProperty property) {
        return property != null && property.getValue() instanceof CharSequence text && text.toString().isBlank();
    }

    /** Returns the sentence on a setting of the program without a value. */
    final String empty(ConfigurationPropertyName name) {
        return sentenceOnEmpty(catalogue().bracketed(name));
    }

    /** Returns the sentence on a setting without a value. */
    static String sentenceOnEmpty(Object name) {
        return "the setting '" + name + "' is empty; give it a value, or leave it out and its default holds";
    }

    /** Returns the sentence on a group of settings with a value. */
    static String group(Object name) {
        return "'" + name
                + "' is a group of settings and has no value of its own; name the setting in it that is meant";
    }

    /** Returns the sentence on a setting with a list where one value belongs. */
    static String oneValue(Object name) {
        return "the setting '" + name + "' takes one value, not a list";
    }

    /** Puts in front of a sentence that begins with a setting's name what that is. */
    private String named(String sentence) {
        return sentence.startsWith(root + ".") ? "the setting " + sentence : sentence;
    }

    /**
     * Returns the sentence on a setting that can't be read.
     *
     * @param property as it is written; null: it is a group
     */
    final String wrong(ConfigurationPropertyName name, @Nullable ConfigurationProperty property,
            @Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (isSentence(cause)) {
                String sentence = named(String.valueOf(cause.getMessage()));
                return sentence.startsWith("the setting ") ? sentence : "the setting '" + name + "': " + sentence;
            }
            String known = known(cause);
            if (known != null) {
                return known;
            }
        }
        ConfigurationPropertyName bracketed = catalogue().bracketed(name);
        if (isEmpty(property)) {
            return sentenceOnEmpty(bracketed);
        }
        Object value = property == null ? null : property.getValue();
        boolean shown = value != null && !isSecret(bracketed, value);
        return "the setting '" + bracketed + "' can't be " + (shown ? "'" + value + "'" : "read")
                + (isNoText(value, error)
                        ? "; it is a text: put it in quotes"
                        : expected(error));
    }

    /** YAML reads 999, 007 and true as something else than a text, and what it makes of them is not always what was written. */
    private static boolean isNoText(@Nullable Object value, @Nullable Throwable error) {
        return error != null && value != null && !(value instanceof CharSequence)
                && NestedExceptionUtils.getMostSpecificCause(error) instanceof ConverterNotFoundException;
    }

    /** Returns the sentence on a setting that takes a whole number and has another. */
    final String fraction(ConfigurationPropertyName name, Number value) {
        return "the setting '" + catalogue().bracketed(name) + "' can't be '" + value + "'; it is "
                + KINDS.get(Integer.class);
    }

    private static String expected(@Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConversionFailedException failed) {
                Class<?> type = failed.getTargetType().getObjectType();
                Object[] constants = type.getEnumConstants();
                if (type == Integer.class && WHOLE.matcher(String.valueOf(failed.getValue())).matches()) {
                    return "; no setting goes beyond " + Integer.MAX_VALUE;
                }
                return constants == null
                        ? "; it is " + KINDS.getOrDefault(type, "of type " + type.getSimpleName())
                        : "; choose one of " + Arrays.stream(constants)
                                .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .collect(Collectors.joining(", "));
            }
        }
        return ALL_SETTINGS;
    }

    /** Returns a sentence on each setting that is out of bounds. */
    final Map<ConfigurationPropertyName, String> invalid(BindValidationException invalid) {
        ValidationErrors errors = invalid.getValidationErrors();
        Map<ConfigurationPropertyName, String> sentences = new TreeMap<>();
        for (ObjectError error : errors.getAllErrors()) {
            sentences.merge(error instanceof FieldError field
                    ? errors.getName().append(field.getField())
                    : errors.getName(), invalid(errors, error), (one, other) -> one + "; " + other);
        }
        return sentences;
    }

    private String invalid(ValidationErrors errors, ObjectError error) {
        ConfigurationPropertyName prefix = errors.getName();
        if (!(error instanceof FieldError field)) {
            return named(String.valueOf(error.getDefaultMessage()));
        }
        String key = field.getField();
        // As it was typed, such as a duration; a default is wrong only beside another setting, and was not typed.
        ConfigurationPropertyName name = prefix.append(key);
        @Nullable
        Object typed = errors.getBoundProperties().stream()
                .filter(property -> isWritten(property.getName(), name)).map(ConfigurationProperty::getValue)
                .findFirst().orElse(null);
        return "the setting '" + prefix + "." + key + "' "
                + (typed == null || isSecret(name, typed) ? "" : "can't be '" + typed + "': it ")
                + error.getDefaultMessage();
    }

    /** Returns whether a setting was written as that: the key of a map may be without its brackets. */
    private static boolean isWritten(ConfigurationPropertyName written, ConfigurationPropertyName name) {
        int elements = name.getNumberOfElements();
        return written.getNumberOfElements() == elements && IntStream.range(0, elements).allMatch(i -> {
            Form form = name.chop(i + 1).isLastElementIndexed() ? Form.ORIGINAL : Form.UNIFORM;
            return written.getElement(i, form).equals(name.getElement(i, form));
        });
    }

    private static boolean isSecret(ConfigurationPropertyName name, Object value) {
        return SECRET.matcher(name.toString()).find() || CREDENTIALS.matcher(value.toString()).find();
    }

    /** Returns an unknown name as it may be shown: what stands where a secret's value belongs may be that. */
    static String shown(ConfigurationPropertyName name) {
        for (int i = 1; i < name.getNumberOfElements(); i++) {
            ConfigurationPropertyName parent = name.chop(i);
            boolean element = parent.isLastElementIndexed() || name.chop(i + 1).isLastElementIndexed();
            if (!element && SECRET.matcher(parent.getLastElement(Form.UNIFORM)).find()) {
                return parent + ".…";
            }
        }
        return name.toString();
    }

    private static boolean isOurs(Throwable cause) {
        return cause.getClass().getName().startsWith("io.revproc.") && cause.getMessage() != null;
    }

    /** What our code refuses, it refuses with a sentence. */
    private static boolean isSentence(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return cause instanceof IllegalArgumentException && !isOurs(cause) && trace.length > 0
                && trace[0].getClassName().startsWith("io.revproc.");
    }
}
