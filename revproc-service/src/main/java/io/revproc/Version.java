package io.revproc;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that was built. */
final class Version {
    private Version() {}

    static String text() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/META-INF/build-info.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            return "unknown";
        }
        return build.getProperty("build.version", "unknown");
    }
}
