package io.revproc;

import java.util.LinkedHashMap;
import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.revproc.proxy.events.EventLine;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;
import org.springframework.core.env.Environment;

/**
 * Gives each line of a structured log the pairs of its event as fields: ECS's own names where it has them, others below {@code revproc}. GELF,
 * which knows no fields in fields, keeps the text alone.
 */
final class EcsFields implements StructuredLoggingJsonMembersCustomizer<ILoggingEvent> {
    private final boolean nested;

    EcsFields(Environment environment) {
        nested = !"gelf".equalsIgnoreCase(environment.getProperty("logging.structured.format.console"))
                && !"gelf".equalsIgnoreCase(environment.getProperty("logging.structured.format.file"));
    }

    @Override
    public void customize(JsonWriter.Members<ILoggingEvent> members) {
        if (nested) {
            members.addMapEntries(EcsFields::fields);
        }
    }

    private static Map<String, Map<String, Object>> fields(ILoggingEvent logged) {
        EventLine line = EventLine.of(logged.getMessage(), logged.getArgumentArray());
        return line == null ? Map.of() : fields(line);
    }

    /** Returns the fields by the object that they are in. */
    static Map<String, Map<String, Object>> fields(EventLine line) {
        Map<String, Map<String, Object>> fields = new LinkedHashMap<>();
        put(fields, "event", "action", line.name());
        line.fields().forEach((key, value) -> {
            switch (key) {
                case "reason" -> put(fields, "event", "reason", value);
                case "who" -> put(fields, "user", "name", value);
                case "address" -> put(fields, "server", "address", value);
                case "port" -> put(fields, "server", "port", number(value));
                case "client", "peer" -> peer(fields, value);
                case "server" -> {
                    put(fields, "revproc", "server", value);
                    int slash = value.lastIndexOf('/');
                    if (slash > 0 && !line.fields().containsKey("policy")) {
                        put(fields, "revproc", "policy", value.substring(0, slash));
                    }
                }
                default -> put(fields, "revproc", key.replace('-', '_'), number(value));
            }
        });
        return fields;
    }

    /** An address, with or without a port behind it. */
    private static void peer(Map<String, Map<String, Object>> fields, String value) {
        put(fields, "client", "address", HostPort.host(value));
        int colon = HostPort.colon(value);
        if (colon > 0) {
            put(fields, "client", "port", number(value.substring(colon + 1)));
        }
    }

    /** Names stay text: an id that looks like a number is none. */
    private static Object number(String value) {
        return value.matches("\\d{1,15}") ? (Object) Long.valueOf(value) : value;
    }

    private static void put(Map<String, Map<String, Object>> fields, String object, String field,
            @Nullable Object value) {
        fields.computeIfAbsent(object, name -> new LinkedHashMap<>()).put(field, value);
    }
}
