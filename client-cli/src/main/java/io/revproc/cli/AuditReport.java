package io.revproc.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

import io.revproc.record.Entry;
import io.revproc.record.Finding;
import io.revproc.record.Outcome;
import io.revproc.record.Verdict;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TreeHead;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * {@code audit report}: what a data-protection officer hands over of one policy and a time. Gathers entries one by one; of lists it keeps
 * the first {@value #MAX_LISTED}, and counts all. Not thread-safe.
 */
final class AuditReport {
    private static final int MAX_LISTED = 1_000;
    private static final String OPERATOR = "over HTTP from ";
    /** The change of all policies at once. */
    private static final String POLICIES = "policies";
    /** What of the record's own events is no change of anything. */
    private static final List<String> ORDINARY = List.of("started", "stopped");

    private static final Comparator<Server> ORDER = Comparator.comparing(Server::policy).thenComparing(Server::id)
            .thenComparing(Server::asked).thenComparing(Server::address).thenComparing(Server::grant)
            .thenComparing(Server::certificate);

    /**
     * A server, as the entries tell it from others, and the policy that its messages asked for.
     *
     * @param asked its own policy, or a wider one
     */
    private record Server(String id, String address, String policy, String asked, String grant, String certificate) {}

    private static final class Sum {
        private final long[] outcomes = new long[Outcome.values().length];
        private long bytes;
        private @Nullable Instant first;
        private Instant last = Instant.EPOCH;

        long deliveries() {
            return LongStream.of(outcomes).sum();
        }
    }

    /** Entries of which the first ones are shown. */
    private static final class Listed {
        private final List<Map<String, Object>> shown = new ArrayList<>();
        private long count;

        void add(Map<String, Object> one) {
            count++;
            if (shown.size() < MAX_LISTED) {
                shown.add(one);
            }
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("count", count);
            fields.put("shown", shown);
            return fields;
        }
    }

    private final String policy;
    private final @Nullable Instant from;
    private final @Nullable Instant to;
    private final Map<Server, Sum> servers = new HashMap<>();
    private final Map<String, Long> refusals = new TreeMap<>();
    private final Listed replacements = new Listed();
    private final Listed changes = new Listed();
    private final Listed gaps = new Listed();
    private final Listed others = new Listed();
    private long lost;
    /** When the proxy was last heard of; null before the first entry. */
    private @Nullable Instant last;
    private boolean stopped;

    /**
     * @param policy whose deliveries are told; a message that asked for it counts wherever it went
     * @param from   null: from the beginning
     * @param to     null: to the end
     */
    AuditReport(String policy, @Nullable Instant from, @Nullable Instant to) {
        this.policy = policy;
        this.from = from;
        this.to = to;
    }

    void add(Entry entry) {
        boolean within = (from == null || !entry.time().isBefore(from)) && (to == null || !entry.time().isAfter(to));
        switch (entry) {
            case Entry.Delivery delivery -> {
                if (within && (policy.equals(delivery.policy()) || policy.equals(delivery.asked()))) {
                    add(delivery);
                }
                heard(entry.time(), false);
            }
            case Entry.Event event -> {
                if (event.action().equals("started")) {
                    gap(event.time());
                } else if (within) {
                    add(event);
                }
                heard(entry.time(), event.action().equals("stopped"));
            }
            default -> {
                // a signature is no event
            }
        }
    }

    private void heard(Instant time, boolean over) {
        last = time;
        stopped = over;
    }

    /** From the last entry to the next start nothing was recorded, and this proxy delivered nothing, unless it was killed with entries unwritten. */
    private void gap(Instant start) {
        Instant since = last;
        if (since != null && (to == null || !since.isAfter(to)) && (from == null || !start.isBefore(from))) {
            Map<String, Object> gap = new LinkedHashMap<>();
            gap.put("from", since.toString());
            gap.put("to", start.toString());
            gap.put("how", stopped ? "stopped" : "killed: what came within its last moments may be missing");
            gaps.add(gap);
        }
    }

    private void add(Entry.Delivery delivery) {
        Sum sum = servers.computeIfAbsent(new Server(delivery.serverId(), HostPort.text(delivery.server()),
                delivery.policy(), delivery.asked() == null ? delivery.policy() : delivery.asked(),
                delivery.grant() == null ? "" : delivery.grant(),
                delivery.serverCertificate() == null ? "" : delivery.serverCertificate().hex()), one -> new Sum());
        sum.outcomes[delivery.outcome().ordinal()]++;
        sum.bytes += delivery.size();
        sum.first = sum.first == null ? delivery.time() : sum.first;
        sum.last = delivery.time();
    }

    private void add(Entry.Event event) {
        boolean ofServer = event.subject().startsWith(policy + "/") || event.subject().equals(policy);
        switch (event.action()) {
            case "setup-refused" -> {
                if (ofServer) {
                    String reason = refusals.size() < MAX_LISTED || refusals.containsKey(event.detail())
                            ? event.detail()
                            : "other reasons";
                    refusals.merge(reason, 1L, Long::sum);
                }
            }
            case "replaced" -> {
                if (ofServer) {
                    replacements.add(AuditShow.fields(event));
                }
            }
            case Entry.Event.RECORDS_LOST -> {
                others.add(AuditShow.fields(event));
                lost += event.detail().matches("\\d{1,18}") ? Long.parseLong(event.detail()) : 0;
            }
            default -> {
                if (event.detail().startsWith(OPERATOR)) {
                    if (ofServer || event.action().equals(POLICIES)) {
                        changes.add(AuditShow.fields(event));
                    }
                } else if (!ORDINARY.contains(event.action()) && (ofServer || event.subject().indexOf('/') < 0)) {
                    others.add(AuditShow.fields(event));
                }
            }
        }
    }

    /**
     * Returns the report.
     *
     * @param verdict     on the record as it is now
     * @param checkpoints that were kept elsewhere
     * @param witnesses   whose cosignatures are looked for on them
     */
    Map<String, Object> fields(Verdict verdict, List<Note> checkpoints, List<NoteKey> witnesses, Instant now) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("report", "revproc-delivery-report-1");
        fields.put("policy", policy);
        fields.put("from", from == null ? null : from.toString());
        fields.put("to", to == null ? null : to.toString());
        fields.put("made", now.toString());
        fields.put("deliveries", servers.values().stream().mapToLong(Sum::deliveries).sum());
        fields.put("bytes", servers.values().stream().mapToLong(sum -> sum.bytes).sum());
        fields.put("servers", servers.entrySet().stream().sorted(Map.Entry.comparingByKey(ORDER))
                .map(one -> server(one.getKey(), one.getValue())).toList());
        fields.put("setupsRefused", refusals);
        fields.put("replacements", replacements.fields());
        fields.put("operatorChanges", changes.fields());
        fields.put("gaps", gaps.fields());
        fields.put("lost", lost);
        fields.put("otherEvents", others.fields());
        fields.put("verification", verification(verdict));
        List<Note> notes = new ArrayList<>(checkpoints);
        if (verdict.lastSigned() != null) {
            notes.add(verdict.lastSigned().note());
        }
        fields.put("checkpoints", notes.stream().map(note -> checkpoint(note, witnesses)).toList());
        return fields;
    }

    private static Map<String, Object> server(Server server, Sum sum) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("server", server.id());
        fields.put("address", server.address());
        fields.put("policy", server.policy());
        fields.put("asked", server.asked());
        fields.put("grant", server.grant());
        fields.put("certificate", server.certificate());
        fields.put("deliveries", sum.deliveries());
        for (Outcome outcome : Outcome.values()) {
            fields.put(outcome.name(), sum.outcomes[outcome.ordinal()]);
        }
        fields.put("bytes", sum.bytes);
        fields.put("first", String.valueOf(sum.first));
        fields.put("last", sum.last.toString());
        return fields;
    }

    private static Map<String, Object> verification(Verdict verdict) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("intact", verdict.intact());
        fields.put("first", verdict.first());
        fields.put("size", verdict.size());
        fields.put("unsigned", verdict.unsigned());
        fields.put("compared", verdict.keptCompared());
        fields.put("findings", verdict.all().stream().map(Finding::fields).toList());
        return fields;
    }

    private static Map<String, Object> checkpoint(Note note, List<NoteKey> witnesses) {
        Map<String, Object> fields = new LinkedHashMap<>();
        TreeHead head = TreeHead.parse(note.text());
        fields.put("log", head.origin());
        fields.put("size", head.size());
        Map<String, Object> cosigned = new TreeMap<>();
        try {
            Cosignature.of(note, witnesses)
                    .forEach((key, seconds) -> cosigned.put(key.name(), Instant.ofEpochSecond(seconds).toString()));
        } catch (IllegalArgumentException e) {
            fields.put("problem", e.getMessage());
        }
        fields.put("witnesses", cosigned);
        fields.put("note", note.toString());
        return fields;
    }
}
