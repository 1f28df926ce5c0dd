package io.revproc;

import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.config.ConfigDataResourceNotFoundException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Turns whatever stops the start into one sentence for the person who started it, and prints that. */
final class StartFailures implements FailureAnalyzer, FailureAnalysisReporter, Ordered {
    /** The framework makes these objects itself: what they have to know lies here. */
    private static volatile List<String> arguments = List.of();
    private static volatile @Nullable String httpAddress;

    /** @param args the command line, for what it says of configuration files */
    static void startedWith(String[] args) {
        arguments = List.of(args);
    }

    /** @param address where HTTP will listen */
    static void listensForHttpOn(@Nullable String address) {
        httpAddress = address;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public FailureAnalysis analyze(Throwable failure) {
        return new FailureAnalysis(sentence(failure), null, failure);
    }

    @Override
    public void report(FailureAnalysis analysis) {
        System.err.println("revproc: " + analysis.getDescription());
        // The framework's own reporter comes next and would say it again in ten lines, if the log was not set up before it failed.
        LoggingSystem.get(StartFailures.class.getClassLoader())
                .setLogLevel("org.springframework.boot.diagnostics", LogLevel.OFF);
    }

    static String sentence(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String known = known(cause);
            if (known != null) {
                return oneLine(known);
            }
            root = cause;
        }
        return oneLine("the start failed: " + reason(root));
    }

    private static String reason(Throwable root) {
        return switch (root) {
            case NoSuchFileException none -> "there is no " + none.getFile();
            case AccessDeniedException denied -> "this process may not use " + denied.getFile();
            default -> root.getMessage() + " (" + root.getClass().getSimpleName() + ")";
        };
    }

    private static @Nullable String known(Throwable cause) {
        return switch (cause) {
            case MarkedYAMLException yaml -> BadYaml.sentence(yaml, Path.of("").toAbsolutePath(),
                    withProperties(arguments), System.getenv());
            case ConfigDataResourceNotFoundException missing -> missing(missing.getLocation());
            case ConfigDataLocationNotFoundException missing -> missing(missing.getLocation());
            case PortInUseException taken -> "the HTTP port " + taken.getPort()
                    + " is taken by another program; choose another with server.port";
            case SocketException socket -> http(String.valueOf(socket.getMessage()));
            case UnboundConfigurationPropertiesException unbound -> unbound.getUnboundProperties().stream()
                    .map(property -> "'" + property.getName() + "'").sorted()
                    .collect(Collectors.joining(", ", "there is no setting ", "; --help lists all settings"));
            case BindValidationException invalid -> invalid.getValidationErrors().getAllErrors().stream()
                    .map(error -> invalid(invalid.getValidationErrors(), error)).sorted()
                    .collect(Collectors.joining("; "));
            case BindException bind -> bind(bind);
            // An exception of ours says in its message what a person needs, whatever caused it.
            default -> isOurs(cause) ? cause.getMessage() : null;
        };
    }

    private static @Nullable String bind(BindException bind) {
        for (Throwable cause = bind.getCause(); cause != null; cause = cause.getCause()) {
            if (!(cause instanceof BindException) && known(cause) != null) {
                return null;
            }
            if (cause instanceof IllegalArgumentException && thrownByUs(cause)) {
                String sentence = String.valueOf(cause.getMessage());
                return sentence.startsWith("revproc.")
                        ? "the setting " + sentence
                        : "the setting '" + bind.getName() + "': " + sentence;
            }
        }
        Object value = bind.getProperty() == null ? null : bind.getProperty().getValue();
        return "the setting '" + bind.getName() + "' can't be " + (value == null ? "read" : "'" + value + "'")
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
        return "; --help lists all settings";
    }

    private static List<String> withProperties(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("spring.config.")) {
                all.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        return all;
    }

    private static String missing(@Nullable ConfigDataLocation location) {
        return "the configuration '" + location + "' is not there; correct spring.config.additional-location, "
                + "spring.config.location or spring.config.import, whichever names it";
    }

    /** Our own ports have exceptions of their own. */
    private static @Nullable String http(String reason) {
        if (reason.contains("assign requested address") || reason.contains("Address family not supported")) {
            return "HTTP can't listen on " + (httpAddress == null ? "its address" : httpAddress)
                    + ": no interface of this machine has this address; choose another one with server.address";
        }
        return reason.contains("Permission denied")
                ? "HTTP can't listen (permission denied; a port below 1024 takes more rights); choose another port with server.port"
                : null;
    }

    private static String invalid(ValidationErrors errors, ObjectError error) {
        ConfigurationPropertyName prefix = errors.getName();
        if (!(error instanceof FieldError field)) {
            return prefix + ": " + error.getDefaultMessage();
        }
        String key = field.getField().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        // A duration is shown as it was typed.
        Object value = errors.getBoundProperties().stream()
                .filter(property -> property.getName().equals(prefix.append(key))).map(ConfigurationProperty::getValue)
                .findFirst().orElse(String.valueOf(field.getRejectedValue()));
        return "the setting '" + prefix + "." + key + "' can't be '" + value + "': it "
                + error.getDefaultMessage();
    }

    private static boolean isOurs(Throwable cause) {
        return cause.getClass().getName().startsWith("io.revproc.") && cause.getMessage() != null;
    }

    private static boolean thrownByUs(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith("io.revproc.");
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
