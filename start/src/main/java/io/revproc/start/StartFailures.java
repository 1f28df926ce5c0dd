package io.revproc.start;

import java.util.Arrays;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.revproc.wire.DidYouMean;
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
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** Turns whatever stops the start into one sentence for the person who started it, and prints that. Each program has its own. */
public abstract class StartFailures implements FailureAnalyzer, FailureAnalysisReporter, Ordered {
    private static final String ALL_SETTINGS = "; --help-all lists all settings";

    /** What must not end in a log, even where it is wrong. */
    private static final Pattern SECRET = Pattern.compile("token|secret|password|users");

    private final String prefix;
    private final String root;

    /**
     * @param prefix what the sentence begins with on the standard error stream
     * @param root   what the names of the program's settings begin with, with the dot
     */
    protected StartFailures(String prefix, String root) {
        this.prefix = prefix;
        this.root = root;
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
            case BindValidationException invalid -> invalid.getValidationErrors().getAllErrors().stream()
                    .map(error -> invalid(invalid.getValidationErrors(), error)).sorted()
                    .collect(Collectors.joining("; "));
            case BindException bind -> bind(bind);
            // An exception of ours says in its message what a person needs, whatever caused it.
            default -> isOurs(cause) ? cause.getMessage() : FrameworkFailures.sentence(cause);
        };
    }

    /** What has no value is not bound either, although there is such a setting. */
    private String unbound(UnboundConfigurationPropertiesException unbound) {
        SettingsCatalogue catalogue = SettingsCatalogue.read(root);
        TreeSet<String> sentences = new TreeSet<>();
        TreeSet<String> unknown = new TreeSet<>();
        for (ConfigurationProperty property : unbound.getUnboundProperties()) {
            ConfigurationPropertyName name = property.getName();
            if (isEmpty(property.getValue()) && catalogue.knows(name)) {
                sentences.add(empty(catalogue.bracketed(name)));
            } else {
                unknown.add(unknown(catalogue, name));
            }
        }
        if (!unknown.isEmpty()) {
            sentences.add("there is no setting " + String.join(", ", unknown) + ALL_SETTINGS);
        }
        return String.join("; ", sentences);
    }

    private static boolean isEmpty(@Nullable Object value) {
        return value instanceof CharSequence text && text.toString().isBlank();
    }

    /** Returns the sentence on a setting without a value. */
    static String empty(Object name) {
        return "the setting '" + name + "' is empty; give it a value, or leave it out and its default holds";
    }

    private static String unknown(SettingsCatalogue catalogue, ConfigurationPropertyName name) {
        String gone = catalogue.gone(name);
        if (gone != null) {
            return "'" + name + "' any more: " + gone;
        }
        String nearest = FrameworkOptions.nearest(name.toString());
        return "'" + name + "'" + (nearest == null ? "" : ", " + DidYouMean.of("'" + nearest + "'"));
    }

    private @Nullable String bind(BindException bind) {
        for (Throwable cause = bind.getCause(); cause != null; cause = cause.getCause()) {
            if (!(cause instanceof BindException) && known(cause) != null) {
                return null;
            }
            if (cause instanceof IllegalArgumentException && thrownByUs(cause)) {
                String sentence = String.valueOf(cause.getMessage());
                return sentence.startsWith(root)
                        ? "the setting " + sentence
                        : "the setting '" + bind.getName() + "': " + sentence;
            }
        }
        Object value = bind.getProperty() == null ? null : bind.getProperty().getValue();
        ConfigurationPropertyName name = SettingsCatalogue.read(root).bracketed(bind.getName());
        if (isEmpty(value)) {
            return empty(name);
        }
        boolean shown = value != null && !SECRET.matcher(name.toString()).find();
        return "the setting '" + name + "' can't be " + (shown ? "'" + value + "'" : "read")
                + expected(bind);
    }

    private static String expected(BindException bind) {
        for (Throwable cause = bind.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConversionFailedException failed) {
                Class<?> type = failed.getTargetType().getObjectType();
                Object[] constants = type.getEnumConstants();
                return constants == null
                        ? "; it is of type " + type.getSimpleName()
                        : "; choose one of " + Arrays.stream(constants)
                                .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .collect(Collectors.joining(", "));
            }
        }
        return ALL_SETTINGS;
    }

    private static String invalid(ValidationErrors errors, ObjectError error) {
        ConfigurationPropertyName prefix = errors.getName();
        if (!(error instanceof FieldError field)) {
            return prefix + ": " + error.getDefaultMessage();
        }
        String key = field.getField();
        // As it was typed, such as a duration; a default is wrong only beside another setting, and was not typed.
        ConfigurationPropertyName name = prefix.append(key);
        @Nullable
        Object typed = errors.getBoundProperties().stream()
                .filter(property -> isWritten(property.getName(), name)).map(ConfigurationProperty::getValue)
                .findFirst().orElse(null);
        return "the setting '" + prefix + "." + key + "' "
                + (typed == null || SECRET.matcher(prefix + "." + key).find() ? "" : "can't be '" + typed + "': it ")
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

    private static boolean isOurs(Throwable cause) {
        return cause.getClass().getName().startsWith("io.revproc.") && cause.getMessage() != null;
    }

    private static boolean thrownByUs(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith("io.revproc.");
    }
}
