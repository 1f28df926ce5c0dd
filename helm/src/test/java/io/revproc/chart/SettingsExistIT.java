package io.revproc.chart;

import java.util.List;
import java.util.TreeSet;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chart and the images set are settings that the programs have: a renamed or misspelt one would stop a proxy's start,
 * or do nothing.
 */
class SettingsExistIT {
    private static final Settings PROXY = Settings.of("revproc-service");
    private static final Settings SERVER = Settings.of("policy-server");
    /** What an application built with the starter has. */
    private static final Settings STARTER = Settings.ofClasses("revproc-spring-boot-starter");
    /** Not settings but the JVM's, and what the value sets add to show that one can. */
    private static final List<String> OTHERS = List.of("JDK_JAVA_OPTIONS", "TZ");

    @ParameterizedTest
    @EnumSource
    void everyKeyOfTheProxysFilesIsASetting(ValueSet set) {
        Rendered rendered = set.rendered();
        TreeSet<String> unknown = new TreeSet<>(Settings.keys(rendered.proxyConfig()));
        rendered.all(Secret.class).forEach(secret -> secret.getStringData().values().forEach(
                file -> unknown.addAll(Settings.keys(Yaml.tree(file)))));
        unknown.removeIf(PROXY::has);

        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void everyVariableOfTheContainersIsASetting(ValueSet set) {
        set.rendered().pods().forEach((name, pod) -> {
            String component = pod.getMetadata().getLabels().get("app.kubernetes.io/component");
            Settings settings = "proxy".equals(component) ? PROXY : SERVER;
            if ("proxy".equals(component) || "policy-server".equals(component)) {
                assertThat(pod.getSpec().getContainers().getFirst().getEnv()).extracting(EnvVar::getName)
                        .filteredOn(variable -> !OTHERS.contains(variable))
                        .as(name)
                        .isNotEmpty()
                        .allMatch(variable -> variable.startsWith("REVPROC_SERVER_")
                                ? STARTER.hasVariable(variable)
                                : settings.hasVariable(variable));
            }
        });
    }

    @Test
    void everyVariableOfTheImagesAndOfComposeIsASetting() {
        for (String module : List.of("revproc-service", "policy-server")) {
            Settings settings = module.equals("policy-server") ? SERVER : PROXY;
            assertThat(Dockerfile.read(Project.HOME.resolve(module + "/Dockerfile")).lastStage().one("ENV").words())
                    .as(module)
                    .allMatch(word -> settings.hasVariable(word.split("=", 2)[0]));
        }
        Yaml.withMergeKeys(Project.read(Project.HOME.resolve("compose.yaml"))).at("/services").properties().forEach(
                service -> service.getValue().at("/environment").propertyNames().forEach(variable -> assertThat(
                        service.getKey().equals("proxy") ? PROXY.hasVariable(variable) : SERVER.hasVariable(variable))
                        .as(variable)
                        .isTrue()));
    }

    /** The test's own test. */
    @Test
    void aSettingThatIsNotThereIsFound() {
        assertThat(SERVER.has("policy-server.listen-address")).isTrue();
        assertThat(SERVER.hasVariable("POLICYSERVER_LISTENADDRESS")).isTrue();
        assertThat(SERVER.has("server.port")).isTrue();
        assertThat(SERVER.has("logging.level.io.revproc")).as("an entry of a map").isTrue();
        assertThat(SERVER.has("policy-server.listen-addres")).isFalse();
        assertThat(SERVER.hasVariable("POLICYSERVER_LISTENADDRES")).isFalse();
        assertThat(SERVER.has("server.port.number")).isFalse();
    }
}
