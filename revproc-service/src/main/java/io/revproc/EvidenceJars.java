package io.revproc;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

import io.revproc.proxy.policy.EvidenceVerifier;
import org.jspecify.annotations.Nullable;

/** Loads the verifiers of evidence that others wrote: those on the class path, and those in the jars that the settings name. */
public final class EvidenceJars {
    private EvidenceJars() {}

    /**
     * Returns the verifiers; what they are made of stays loaded as long as the proxy runs.
     *
     * @param jars files, which may need one another
     * @throws EvidenceJarException if a file is missing, or a verifier can't be made of what is there
     */
    public static List<EvidenceVerifier> load(List<String> jars) {
        ClassLoader own = EvidenceJars.class.getClassLoader();
        ClassLoader loader = jars.isEmpty()
                ? own
                : new URLClassLoader("evidence-jars", jars.stream().map(EvidenceJars::url).toArray(URL[]::new), own);
        List<EvidenceVerifier> found = new ArrayList<>();
        try {
            ServiceLoader.load(EvidenceVerifier.class, loader).forEach(found::add);
        } catch (ServiceConfigurationError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw refused("a verifier can't be made: " + cause, cause);
        } catch (LinkageError e) {
            throw refused("a verifier does not fit this version of the proxy: " + e, e);
        }
        if (!jars.isEmpty() && found.stream().noneMatch(each -> each.getClass().getClassLoader() == loader)) {
            throw refused("no file of " + jars + " has a verifier: META-INF/services/"
                    + EvidenceVerifier.class.getName() + " names its class", null);
        }
        Set<String> names = new HashSet<>();
        found.stream().map(EvidenceVerifier::name).filter(name -> !names.add(name)).findFirst().ifPresent(name -> {
            throw refused("two verifiers have the name '" + name + "'", null);
        });
        return List.copyOf(found);
    }

    private static URL url(String jar) {
        try {
            Path file = Path.of(jar);
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return file.toUri().toURL();
            }
        } catch (InvalidPathException | MalformedURLException e) {
            // no file either
        }
        throw refused("there is no file '" + jar + "' that can be read", null);
    }

    private static EvidenceJarException refused(String what, @Nullable Throwable cause) {
        return new EvidenceJarException("revproc.evidence-jars: " + what, cause);
    }

    /** The verifiers can't be loaded. Its message is one sentence for a person. */
    static final class EvidenceJarException extends RuntimeException {
        EvidenceJarException(String sentence, @Nullable Throwable cause) {
            super(sentence, cause, false, false);
        }
    }
}
