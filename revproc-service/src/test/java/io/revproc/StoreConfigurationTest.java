package io.revproc;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoreConfigurationTest {
    @Test
    void snapshotFileIsNamedAfterThePort() {
        assertThat(StoreConfiguration.path(null, "routes", 8123)).contains(Path.of("data", "routes-8123.snapshot"));
    }

    @Test
    void proxyOnAnyFreePortHasNoSnapshotUnlessToldSo() {
        assertThat(StoreConfiguration.path(null, "routes", 0)).isEmpty();
        assertThat(StoreConfiguration.path("x", "routes", 0)).contains(Path.of("x"));
    }

    @Test
    void emptyFileIsNoFile() {
        assertThat(StoreConfiguration.path(" ", "routes", 8123)).isEmpty();
    }
}
