package io.revproc.policyserver;

import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.revproc.server.answer.PortTakenException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.config.ConfigDataResourceNotFoundException;
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
                return oneLine(known);
            }
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
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
            case PortTakenException taken -> taken.getMessage();
            case WrongSettingException wrong -> wrong.getMessage();
            case MarkedYAMLException yaml -> BadYaml.sentence(yaml, Path.of("").toAbsolutePath(),
                    withProperties(arguments), System.getenv());
            case ConfigDataResourceNotFoundException missing -> missing(missing.getLocation());
            case ConfigDataLocationNotFoundException missing -> missing(missing.getLocation());
            case PortInUseException taken -> "the HTTP port " + taken.getPort()
                    + " can't be opened (it is in use by another program); choose another with server.port";
            case SocketException socket -> http(String.valueOf(socket.getMessage()));
            case UnboundConfigurationPropertiesException unbound -> unbound.getUnboundProperties().stream()
                    .map(property -> unknown(property.getName())).sorted()
                    .collect(Collectors.joining(", ", "there is no setting ", "; --help lists the settings"));
            case BindValidationException invalid -> invalid.getValidationErrors().getAllErrors().stream()
                    .map(error -> invalid(invalid.getValidationErrors().getName(), error)).sorted()
                    .collect(Collectors.joining("; "));
            case BindException bind when bind.getCause() == null || !hasKnownCause(bind) -> {
                Object value = bind.getProperty() == null ? null : bind.getProperty().getValue();
                yield "the setting '" + bind.getName() + "' can't be " + (value == null ? "read" : "'" + value + "'")
                        + "; --help lists the settings";
            }
            default -> null;
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
        String nearest = FrameworkOptions.nearest(name.toString());
        return "'" + name + "'" + (nearest == null ? "" : ", did you mean '" + nearest + "'?");
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

    private static String invalid(ConfigurationPropertyName prefix, ObjectError error) {
        if (!(error instanceof FieldError field)) {
            return prefix + ": " + error.getDefaultMessage();
        }
        String key = field.getField().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
        return "the setting '" + prefix + "." + key + "' " + error.getDefaultMessage();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
