package io.revproc.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import tools.jackson.databind.JsonNode;

/**
 * What Helm makes of the chart and some values, for release {@code shop} in namespace {@code web}.
 *
 * @param text    as Helm prints it
 * @param objects read strictly; the hooks too
 */
record Rendered(String text, List<Object> objects) {
    static final String RELEASE = "shop";
    static final String NAMESPACE = "web";

    /**
     * helm-java's template leaves hooks and notes out: in this copy the pod of {@code helm test} is an object like any other, and
     * the notes can be asked for as one.
     */
    private static final Path CHART_WITH_ALL = copyWithAll();

    private static Path copyWithAll() {
        Path copy = Project.HOME.resolve("helm/target/chart-with-all");
        try (Stream<Path> old = Files.exists(copy) ? Files.walk(copy) : Stream.empty()) {
            // What a build before has left would be rendered too.
            for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Stream<Path> files = Files.walk(Project.CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(Project.CHART.relativize(file));
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.writeString(target,
                        Files.readString(file).replace("helm.sh/hook: test", "example.org/hook: test"));
            }
            Files.writeString(copy.resolve("templates/notes.yaml"), """
                    {{- if (.Values.global).notes }}
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: notes}
                    data:
                      notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | toJson }}
                    {{- end }}
                    """);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Helm would print after an install. */
    static String notes(String values) {
        Rendered rendered = with(values + "\nglobal: {notes: true}\n");
        return Objects.requireNonNull(rendered.one(ConfigMap.class, "notes").getData().get("notes"));
    }

    /** With a values file; throws what Helm says if it refuses. */
    static Rendered of(Path values) {
        ClusterWithSecrets.started();
        String text = new Helm(CHART_WITH_ALL).template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.34.0")
                .withValuesFile(values)
                .call();
        return new Rendered(text, Yaml.documents(text).stream().map(Kinds::parse).toList());
    }

    /** With values as text. */
    static Rendered with(String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            try {
                return of(Files.writeString(file, values));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name + ", only "
                        + all(type).stream().map(object -> object.getMetadata().getName()).toList()));
    }

    boolean has(Class<? extends HasMetadata> type, String name) {
        return all(type).stream().anyMatch(object -> object.getMetadata().getName().equals(name));
    }

    /** Every pod that this would start, by the name of what starts it, as a template. */
    Map<String, PodTemplateSpec> pods() {
        Map<String, PodTemplateSpec> pods = new LinkedHashMap<>();
        all(Deployment.class).forEach(owner -> pods.put(owner.getMetadata().getName(), owner.getSpec().getTemplate()));
        all(StatefulSet.class).forEach(owner -> pods.put(owner.getMetadata().getName(), owner.getSpec().getTemplate()));
        all(Pod.class).forEach(pod -> pods.put(pod.getMetadata().getName(),
                new PodTemplateSpec(pod.getMetadata(), pod.getSpec())));
        return pods;
    }

    /** The proxy's application.yaml. */
    JsonNode proxyConfig() {
        ConfigMap config = all(ConfigMap.class).stream()
                .filter(map -> map.getMetadata().getName().endsWith("-config"))
                .findFirst()
                .orElseThrow();
        return Yaml.tree(Objects.requireNonNull(config.getData().get("application.yaml")));
    }

    PodTemplateSpec pod(String name) {
        PodTemplateSpec pod = pods().get(name);
        if (pod == null) {
            throw new AssertionError("no pod " + name + ", only " + pods().keySet());
        }
        return pod;
    }

    List<NetworkPolicy> networkPolicies() {
        return new ArrayList<>(all(NetworkPolicy.class));
    }
}
