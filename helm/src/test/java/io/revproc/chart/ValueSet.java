package io.revproc.chart;

import java.nio.file.Path;
import java.util.Optional;

/** The ways to install the chart that every test of a general rule goes through. */
enum ValueSet {
    DEFAULT(null), SEED("seed"), HA("ha"), EXTERNAL_ETCD("external-etcd"), SECURE("secure"), OWN_IMAGE("own-image");

    private final @org.jspecify.annotations.Nullable String name;

    ValueSet(@org.jspecify.annotations.Nullable String name) {
        this.name = name;
    }

    Optional<Path> file() {
        return Optional.ofNullable(name).map(set -> Project.CHART.resolve("ci/" + set + "-values.yaml"));
    }

    Rendered rendered() {
        return file().map(Rendered::of).orElseGet(() -> Rendered.with(""));
    }
}
