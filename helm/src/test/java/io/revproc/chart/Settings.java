package io.revproc.chart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

import tools.jackson.databind.JsonNode;

/**
 * Every setting that a program has, its own and those of the libraries in it: what their configuration metadata says, read out of
 * the executable jar. Names are compared without dots and dashes and in one case, as environment variables are written.
 */
final class Settings {
    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String MORE_METADATA = "META-INF/additional-spring-configuration-metadata.json";
    private static final String BUNDLES = "springsslbundlepem";
    private final Map<String, String> types = new HashMap<>();

    private Settings() {}

    /** Of {@code revproc-service} or {@code policy-server}; the jar has to be built. */
    static Settings of(String module) {
        Path jar = Project.HOME.resolve(module + "/target/" + module + ".jar");
        Settings settings = new Settings();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                try (InputStream in = zip.getInputStream(entry)) {
                    if (entry.getName().startsWith("BOOT-INF/lib/")) {
                        settings.addLibrary(in);
                    } else if (entry.getName().endsWith(METADATA)) {
                        settings.add(in.readAllBytes());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return settings;
    }

    /** Of a library's own classes; they have to be built. */
    static Settings ofClasses(String module) {
        Settings settings = new Settings();
        try {
            settings.add(Files.readAllBytes(Project.HOME.resolve(module + "/target/classes").resolve(METADATA)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return settings;
    }

    /** Whether a key of a file is a setting, or an entry of one that is a map or a list. */
    boolean has(String key) {
        List<String> elements = List.of(key.replaceAll("\\[\\d+]", "").split("\\."));
        if (types.containsKey(loose(key.replaceAll("\\[\\d+]", "")))) {
            return true;
        }
        for (int i = elements.size() - 1; i > 0; i--) {
            String type = types.getOrDefault(loose(String.join(".", elements.subList(0, i))), "");
            if (type.startsWith("java.util.Map<") || type.startsWith("java.util.List<")) {
                return true;
            }
        }
        return false;
    }

    /** Whether an environment variable names a setting, or an entry of a bundle of certificates. */
    boolean hasVariable(String name) {
        String loose = loose(name);
        return types.containsKey(loose) || types.containsKey(BUNDLES) && loose.startsWith(BUNDLES);
    }

    private void addLibrary(InputStream jar) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar.readAllBytes()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(METADATA) || entry.getName().equals(MORE_METADATA)) {
                    add(zip.readAllBytes());
                }
            }
        }
    }

    private void add(byte[] json) {
        for (JsonNode property : Yaml.tree(new String(json, StandardCharsets.UTF_8)).path("properties")) {
            types.put(loose(property.path("name").asString()), property.path("type").asString(""));
        }
    }

    private static String loose(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
    }

    /** The leaves of a configuration file as keys with dots. */
    static List<String> keys(JsonNode config) {
        List<String> keys = new ArrayList<>();
        collect("", config, keys);
        return keys;
    }

    private static void collect(String path, JsonNode node, List<String> keys) {
        if (node.isObject() && !node.isEmpty()) {
            node.properties().forEach(entry -> collect(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                    entry.getValue(), keys));
        } else if (node.isArray() && node.valueStream().anyMatch(JsonNode::isObject)) {
            for (int i = 0; i < node.size(); i++) {
                collect(path + "[" + i + "]", node.get(i), keys);
            }
        } else {
            keys.add(path);
        }
    }
}
