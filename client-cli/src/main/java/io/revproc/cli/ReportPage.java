package io.revproc.cli;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** The report as one page of HTML that needs nothing else: light, dark, and on paper. No script; every name is escaped. */
final class ReportPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #8886; --muted: #667; --bad: #b00020; --good: #0a6b2d }
            @media (prefers-color-scheme: dark) { :root { --muted: #a9b0bd; --bad: #ff8a8a; --good: #7fd99a } }
            body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
            h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
            p { margin: .3rem 0 } .muted { color: var(--muted) } .bad { color: var(--bad) } .good { color: var(--good) }
            .scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
            th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
            td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } td { overflow-wrap: anywhere }
            pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; border: 1px solid var(--line); padding: .6rem }
            @media print { :root { color-scheme: light } body { max-width: none; margin: 0; font-size: 11px }
              h2 { break-after: avoid } tr, pre { break-inside: avoid } }
            """;
    private static final List<String> EVENT = List.of("time", "action", "who", "subject", "detail");

    private final StringBuilder page = new StringBuilder();

    private ReportPage() {}

    /** Returns the page of a report. */
    static String of(Map<String, @Nullable Object> report) {
        ReportPage made = new ReportPage();
        made.write(report);
        return made.page.toString();
    }

    private void write(Map<String, @Nullable Object> report) {
        String title = "Deliveries under the policy " + report.get("policy");
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
                .append("<title>").append(text(title)).append("</title>\n<style>\n").append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>").append(text(title)).append("</h1>\n");
        paragraph("muted", (report.get("from") == null ? "from the beginning" : "from " + report.get("from"))
                + (report.get("to") == null ? " to the end" : " to " + report.get("to")) + "; made "
                + report.get("made"));
        Map<String, @Nullable Object> verification = Json.object(report.get("verification"));
        boolean intact = Boolean.TRUE.equals(verification.get("intact"));
        paragraph(intact ? "good" : "bad", (intact ? "The record is intact" : "The record is NOT intact") + ": entries "
                + verification.get("first") + " to the size of " + verification.get("size") + ", "
                + verification.get("unsigned") + " not signed yet, " + verification.get("compared")
                + " kept checkpoints compared.");
        if (!intact) {
            table("Findings", Json.array(verification.get("findings")),
                    List.of("kind", "file", "sequence", "sentence"));
        }
        paragraph("", report.get("deliveries") + " deliveries, " + report.get("bytes") + " bytes.");
        if (!Integer.valueOf(0).equals(report.get("lost")) && !Long.valueOf(0).equals(report.get("lost"))) {
            paragraph("bad", report.get("lost")
                    + " deliveries of all policies are counted in the record and not described: the disk was full or slow.");
        }
        table("Servers and grants", Json.array(report.get("servers")),
                List.of("server", "address", "policy", "asked", "grant",
                        "certificate", "deliveries", "ANSWERED", "TIMEOUT", "SERVER_FAILED", "CUT", "bytes", "first",
                        "last"));
        paragraph("muted",
                "asked: the policy that the messages named. Where it is another one than the policy of the server, that policy "
                        + "was written to be served by the server's.");
        List<@Nullable Object> refused = new java.util.ArrayList<>();
        Json.object(report.get("setupsRefused"))
                .forEach((reason, count) -> refused.add(Map.of("reason", reason, "count", String.valueOf(count))));
        table("Refused registrations", refused, List.of("reason", "count"));
        paragraph("muted",
                "Messages that were refused before any server had them are no deliveries and not in the record.");
        listed("Replacements", report.get("replacements"), EVENT);
        listed("Changes by operators", report.get("operatorChanges"), EVENT);
        listed("Gaps: no proxy ran here", report.get("gaps"), List.of("from", "to", "how"));
        listed("What else the record says", report.get("otherEvents"), EVENT);
        page.append("<h2>Checkpoints that cover it</h2>\n");
        for (Object each : Json.array(report.get("checkpoints"))) {
            Map<String, @Nullable Object> checkpoint = Json.object(each);
            paragraph("", checkpoint.get("log") + ", " + checkpoint.get("size") + " entries; cosigned by "
                    + (Json.object(checkpoint.get("witnesses")).isEmpty()
                            ? "no witness whose key was given"
                            : Json.object(checkpoint.get("witnesses"))));
            page.append("<pre>").append(text(String.valueOf(checkpoint.get("note")))).append("</pre>\n");
        }
        page.append("</body>\n</html>\n");
    }

    private void paragraph(String tone, String text) {
        page.append(tone.isEmpty() ? "<p>" : "<p class=\"" + tone + "\">").append(text(text)).append("</p>\n");
    }

    private void listed(String title, @Nullable Object listed, List<String> columns) {
        Map<String, @Nullable Object> fields = Json.object(listed);
        List<@Nullable Object> shown = Json.array(fields.get("shown"));
        table(title, shown, columns);
        if (!String.valueOf(fields.get("count")).equals(Integer.toString(shown.size()))) {
            paragraph("muted", "The first " + shown.size() + " of " + fields.get("count") + ".");
        }
    }

    private void table(String title, List<@Nullable Object> rows, List<String> columns) {
        page.append("<h2>").append(text(title)).append("</h2>\n");
        if (rows.isEmpty()) {
            paragraph("muted", "None.");
            return;
        }
        page.append("<div class=\"scroll\"><table>\n<thead><tr>");
        columns.forEach(column -> page.append("<th scope=\"col\">").append(text(column)).append("</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (Object row : rows) {
            Map<String, @Nullable Object> fields = Json.object(row);
            page.append("<tr>");
            for (String column : columns) {
                Object value = fields.get(column);
                page.append(value instanceof Number ? "<td class=\"n\">" : "<td>")
                        .append(text(value == null ? "" : value.toString())).append("</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</tbody>\n</table></div>\n");
    }

    /** Text, and nothing that a browser takes for more. */
    static String text(String text) {
        return Style.safeLines(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&quot;").replace("'", "&#39;");
    }
}
