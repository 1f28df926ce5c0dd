package io.revproc.cli;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.revproc.record.Entry;
import io.revproc.record.Outcome;

/** {@code audit export}: deliveries and events in the forms that collectors of logs (SIEM) take, a line each. */
final class AuditExport {
    /** A form of lines. */
    enum Format {
        /** The entries as {@code audit show --json} prints them. */
        NDJSON,
        /** Open Cybersecurity Schema Framework, 1.3. */
        OCSF,
        /** ArcSight's Common Event Format, version 0. */
        CEF
    }

    private static final String OCSF_VERSION = "1.3.0";
    private static final String PRODUCT = "revproc";
    /** What the record says when somebody may have to look: more than informational. */
    private static final Set<String> GRAVE = Set.of(Entry.Event.CUT, Entry.Event.UNPROVEN, Entry.Event.RECORDS_LOST,
            "witness-contradicts");

    private AuditExport() {}

    /** Returns an entry's line. */
    static String line(Entry entry, Format format) {
        return switch (format) {
            case NDJSON -> Json.write(AuditShow.fields(entry));
            case OCSF -> Json.write(ocsf(entry));
            case CEF -> cef(entry);
        };
    }

    private static Map<String, Object> ocsf(Entry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", entry.time().toEpochMilli());
        fields.put("metadata", Map.of("version", OCSF_VERSION, "uid", Long.toString(entry.sequence()), "product",
                Map.of("name", PRODUCT, "vendor_name", PRODUCT)));
        switch (entry) {
            case Entry.Delivery delivery -> traffic(fields, delivery);
            case Entry.Event event when event.action().equals("started") -> lifecycle(fields, 3);
            case Entry.Event event when event.action().equals("stopped") -> lifecycle(fields, 4);
            default -> ocsf(fields, 0, 0, 99, 1);
        }
        if (entry instanceof Entry.Event event) {
            fields.put("severity_id", GRAVE.contains(event.action()) ? 4 : 1);
            fields.put("message", event.action() + " " + event.subject());
            fields.put("unmapped", Map.of("action", event.action(), "who", event.who(), "subject", event.subject(),
                    "detail", event.detail()));
        }
        return fields;
    }

    private static void ocsf(Map<String, Object> fields, int category, int type, int activity, int severity) {
        fields.put("category_uid", category);
        fields.put("class_uid", type);
        fields.put("activity_id", activity);
        fields.put("type_uid", 100L * type + activity);
        fields.put("severity_id", severity);
    }

    private static void lifecycle(Map<String, Object> fields, int activity) {
        ocsf(fields, 6, 6002, activity, 1);
        fields.put("app", Map.of("name", PRODUCT, "vendor_name", PRODUCT));
    }

    /** Network Activity, Traffic. */
    private static void traffic(Map<String, Object> fields, Entry.Delivery delivery) {
        ocsf(fields, 4, 4001, 6, delivery.outcome() == Outcome.ANSWERED ? 1 : 3);
        fields.put("status_id", delivery.outcome() == Outcome.ANSWERED ? 1 : 2);
        fields.put("status_detail", delivery.outcome().name());
        fields.put("duration", delivery.duration().toMillis());
        fields.put("src_endpoint", endpoint(delivery.client()));
        Map<String, Object> server = endpoint(delivery.server());
        server.put("uid", delivery.serverId());
        fields.put("dst_endpoint", server);
        fields.put("traffic", Map.of("bytes", delivery.size()));
        fields.put("policy", Map.of("name", delivery.policy()));
        Map<String, Object> unmapped = AuditShow.fields(delivery);
        List.of("sequence", "time", "policy", "server", "address", "client", "size").forEach(unmapped::remove);
        fields.put("unmapped", unmapped);
    }

    private static Map<String, Object> endpoint(InetSocketAddress address) {
        Map<String, Object> endpoint = new LinkedHashMap<>();
        endpoint.put("ip", address.getAddress().getHostAddress());
        endpoint.put("port", address.getPort());
        return endpoint;
    }

    private static String cef(Entry entry) {
        StringBuilder line = new StringBuilder("CEF:0|revproc|revproc|1|");
        if (entry instanceof Entry.Delivery delivery) {
            header(line, "delivery", "Message delivered", delivery.outcome() == Outcome.ANSWERED ? 1 : 5);
            time(line, entry);
            extension(line, "outcome", delivery.outcome().name().toLowerCase(Locale.ROOT));
            extension(line, "src", delivery.client().getAddress().getHostAddress());
            extension(line, "spt", delivery.client().getPort());
            extension(line, "dst", delivery.server().getAddress().getHostAddress());
            extension(line, "dpt", delivery.server().getPort());
            extension(line, "in", delivery.size());
            labelled(line, "cs1", "policy", delivery.policy());
            labelled(line, "cs2", "server", delivery.serverId());
            if (delivery.grant() != null) {
                labelled(line, "cs3", "grant", delivery.grant());
            }
            if (delivery.asked() != null) {
                labelled(line, "cs4", "askedPolicy", delivery.asked());
            }
            labelled(line, "cn2", "micros", delivery.duration().toNanos() / 1_000);
        } else if (entry instanceof Entry.Event event) {
            header(line, event.action(), event.action(), GRAVE.contains(event.action()) ? 8 : 3);
            time(line, entry);
            extension(line, "suser", event.who());
            labelled(line, "cs1", "subject", event.subject());
            extension(line, "msg", event.detail());
        }
        labelled(line, "cn1", "index", entry.sequence());
        return line.toString().stripTrailing();
    }

    private static void header(StringBuilder line, String id, String name, int severity) {
        line.append(headerText(id)).append('|').append(headerText(name)).append('|').append(severity).append('|');
    }

    private static void time(StringBuilder line, Entry entry) {
        extension(line, "rt", entry.time().toEpochMilli());
    }

    private static void labelled(StringBuilder line, String key, String label, Object value) {
        extension(line, key, value);
        extension(line, key + "Label", label);
    }

    private static void extension(StringBuilder line, String key, Object value) {
        line.append(key).append('=').append(extensionText(String.valueOf(value))).append(' ');
    }

    /** A header's field: what would end it is escaped, and what would end the line or deceive a terminal is replaced. */
    static String headerText(String text) {
        return Style.safe(text).replace("\\", "\\\\").replace("|", "\\|");
    }

    /** A value of the extension, likewise. */
    static String extensionText(String text) {
        return Style.safe(text).replace("\\", "\\\\").replace("=", "\\=");
    }
}
