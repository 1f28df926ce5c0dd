package io.revproc.proxy.tls;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is set before Netty is first met. */
class TlsEngineTest {
    private static final String PROPERTY = "io.netty.jfr.enabled";

    /** Contexts are made before the listener's transport is chosen: leaks were looked for in production, which cost 2 % of a message. */
    @Test
    void nettysDefaultsAreOursWhereTlsIsWhatMeetsItFirst() throws Exception {
        String before = System.clearProperty(PROPERTY);
        try (URLClassLoader fresh = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Class.forName("io.revproc.proxy.tls.TlsEngine", true, fresh);
            assertThat(System.getProperty(PROPERTY)).isEqualTo("false");
        } finally {
            if (before != null) {
                System.setProperty(PROPERTY, before);
            }
        }
    }

    private static URL[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(entry -> {
            try {
                return Path.of(entry).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }).toArray(URL[]::new);
    }
}
