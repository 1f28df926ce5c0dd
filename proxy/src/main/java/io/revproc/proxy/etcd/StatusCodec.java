package io.revproc.proxy.etcd;

import io.revproc.proxy.peers.ProxyStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** A proxy's status as JSON. */
final class StatusCodec {
    /** More than the longest texts make of a status. */
    private static final int MAX_BYTES = 8 << 10;

    private final JsonMapper json = JsonMapper.builder()
            // A newer proxy may say more.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // A newer one may know another state of its record.
            .enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL).build();

    byte[] bytes(ProxyStatus status) {
        return json.writeValueAsBytes(status);
    }

    /** Returns what it says; null if it is not what a proxy would write. */
    @Nullable
    ProxyStatus status(byte[] value) {
        if (value.length > MAX_BYTES) {
            return null;
        }
        try {
            return json.readValue(value, ProxyStatus.class);
        } catch (JacksonException | NullPointerException e) {
            return null;
        }
    }
}
