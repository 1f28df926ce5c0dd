package io.revproc.policyserver;

import java.util.stream.Collectors;

import io.revproc.server.answer.PortTakenException;
import io.revproc.start.FrameworkFailures;
import io.revproc.start.FrameworkOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** Turns whatever stops the start into one sentence for the person who started it, and prints that. */
final class StartFailures implements FailureAnalyzer, FailureAnalysisReporter, Ordered {
    @Override
    public FailureAnalysis analyze(Throwable failure) {
        return new FailureAnalysis(sentence(failure), null, failure);
    }

    @Override
    public void report(FailureAnalysis analysis) {
        System.err.println("policy-server: " + analysis.getDescription());
        // The framework's own reporter comes next and would say it again in ten lines, if the log was not set up before it failed.
        LoggingSystem.get(StartFailures.class.getClassLoader())
                .setLogLevel("org.springframework.boot.diagnostics", LogLevel.OFF);
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    static String sentence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String known = known(cause);
            if (known != null) {
                return FrameworkFailures.oneLine(known);
            }
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return FrameworkFailures.oneLine(FrameworkFailures.unknown(root));
    }

    private static @Nullable String known(Throwable cause) {
        return switch (cause) {
            case PortTakenException taken -> taken.getMessage();
            case WrongSettingException wrong -> wrong.getMessage();
            case PortInUseException taken -> "the HTTP port " + taken.getPort()
                    + " can't be opened (it is in use by another program); choose another with server.port";
            case UnboundConfigurationPropertiesException unbound -> unbound.getUnboundProperties().stream()
                    .map(property -> unknown(property.getName())).sorted()
                    .collect(Collectors.joining(", ", "there is no setting ", "; --help-all lists the settings"));
            case BindValidationException invalid -> invalid.getValidationErrors().getAllErrors().stream()
                    .map(error -> invalid(invalid.getValidationErrors().getName(), error)).sorted()
                    .collect(Collectors.joining("; "));
            case BindException bind when bind.getCause() == null || !hasKnownCause(bind) -> {
                Object value = bind.getProperty() == null ? null : bind.getProperty().getValue();
                yield "the setting '" + bind.getName() + "' can't be " + (value == null ? "read" : "'" + value + "'")
                        + "; --help-all lists the settings";
            }
            default -> FrameworkFailures.sentence(cause);
        };
    }

    private static boolean hasKnownCause(BindException bind) {
        for (Throwable cause = bind.getCause(); cause != null; cause = cause.getCause()) {
            if (known(cause) != null) {
                return true;
            }
        }
        return false;
    }

    private static String unknown(ConfigurationPropertyName name) {
        String gone = CommandLine.settings().gone(name);
        if (gone != null) {
            return "'" + name + "' any more: " + gone;
        }
        String nearest = FrameworkOptions.nearest(name.toString());
        return "'" + name + "'" + (nearest == null ? "" : ", did you mean '" + nearest + "'?");
    }

    private static String invalid(ConfigurationPropertyName prefix, ObjectError error) {
        if (!(error instanceof FieldError field)) {
            return prefix + ": " + error.getDefaultMessage();
        }
        String key = field.getField().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
        return "the setting '" + prefix + "." + key + "' " + error.getDefaultMessage();
    }
}
