package io.revproc.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.record.EntryWriter;
import io.revproc.record.Outcome;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SigningKey;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AuditReportTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey WITNESS = SigningKey.generate();
    private static final NoteKey WITNESS_KEY = NoteKey.of("w.example", NoteKey.Type.COSIGNATURE,
            WITNESS.publicKey().noteKey("w").publicKey());
    private static final String LOG = "example.com/log";
    /** A name that would be markup, end a field, a line, or deceive a terminal. */
    private static final String HOSTILE = "<b a='x' c=\"y\">&|=\\\n\u001b[2J\u202ez";
    private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws Exception {
        Path record = Files.createDirectory(directory.resolve("record"));
        Path keys = Files.createDirectory(directory.resolve("keys"));
        Files.writeString(keys.resolve("signing-key.pem"), KEY.pem());
        Files.writeString(keys.resolve("public-key.pem"), KEY.publicKey().pem());
        EntryWriter writer = new EntryWriter(16, LOG);
        writer.event(START, "started", "proxy", "", "");
        delivery(writer, 1, "1", "hospital", Outcome.ANSWERED, null);
        delivery(writer, 2, "1", "hospital", Outcome.TIMEOUT, null);
        delivery(writer, 3, HOSTILE, null, Outcome.ANSWERED, null);
        delivery(writer, 4, "9", null, Outcome.ANSWERED, "PP_2");
        writer.event(START + 5_000, "setup-refused", "10.0.0.9", "PP_2/8", "no token, " + HOSTILE);
        writer.event(START + 5_001, "setup-refused", "10.0.0.9", "PP_2/8", "no token, " + HOSTILE);
        writer.event(START + 5_002, "setup-refused", "10.0.0.9", "PP_3/8", "not of this policy");
        writer.event(START + 6_000, "replaced", "10.0.0.7", "PP_2/1", "was at 10.0.0.6 9001");
        writer.event(START + 7_000, "drain", "olga", "PP_2/1", "over HTTP from 127.0.0.1");
        writer.event(START + 8_000, "records-lost", "proxy", "", "7");
        writer.event(START + 9_000, "stopped", "proxy", "", "");
        writer.event(START + 60_000, "started", "proxy", "", "");
        delivery(writer, 70, "1", "hospital", Outcome.SERVER_FAILED, null);
        writer.event(START + 90_000, "started", "proxy", "", "");
        Note note = writer.checkpoint(KEY, 1, START + 90_000).note();
        Files.writeString(directory.resolve("kept.txt"),
                note.with(List.of(Cosignature.sign(note.text(), WITNESS_KEY, WITNESS::sign, 1_800_000_000)))
                        .toString());
        byte[] header = new SegmentHeader(1, 0, START, KEY.publicKey().id(), SegmentHeader.NOTHING, List.of()).bytes();
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(record.resolve(SegmentHeader.fileName(1)), file);
    }

    private static void delivery(EntryWriter writer, int second, String id, @Nullable String grant, Outcome outcome,
            @Nullable String asked) {
        EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
        data.millis = START + 1000L * second;
        data.outcome = outcome.code();
        data.size = 100;
        data.client = new byte[]{127, 0, 0, 1};
        data.clientPort = 40_000;
        data.granted = grant != null;
        data.asked = asked == null ? null : asked.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        data.server = EntryWriter.server(new byte[]{10, 0, 0, 6}, 9001, asked == null ? "PP_2" : "PP_2-narrow", id,
                grant);
        writer.delivery(data);
    }

    private Run run(String... args) {
        return new Run.Setup().in(directory).run(args);
    }

    private Run report(String... more) {
        String[] args = {"audit", "report", "record", "--public-key", "keys/public-key.pem", "--policy", "PP_2"};
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return run(all);
    }

    private static long number(Map<String, ? extends @Nullable Object> map, String key) {
        return ((Number) Objects.requireNonNull(map.get(key))).longValue();
    }

    @Test
    void reportSaysWhoGotWhatUnderWhichGrantAndWhatWentOtherwise() {
        Run run = report("--checkpoint", "kept.txt", "--witness", WITNESS_KEY.text());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, @Nullable Object> report = run.json();
        assertThat(number(report, "deliveries")).isEqualTo(5);
        assertThat(number(report, "bytes")).isEqualTo(500);
        List<Map<String, @Nullable Object>> servers = Json.array(report.get("servers")).stream().map(Json::object)
                .toList();
        assertThat(servers).hasSize(3).anySatisfy(server -> assertThat(server).containsEntry("server", "1")
                .containsEntry("grant", "hospital").containsEntry("address", "10.0.0.6:9001")
                .containsEntry("deliveries", 3).containsEntry("ANSWERED", 1).containsEntry("TIMEOUT", 1)
                .containsEntry("SERVER_FAILED", 1).containsEntry("first", "2026-03-01T00:00:01Z")
                .containsEntry("last", "2026-03-01T00:01:10Z"))
                .anySatisfy(server -> assertThat(server).containsEntry("policy", "PP_2-narrow")
                        .containsEntry("asked", "PP_2").containsEntry("deliveries", 1))
                .noneSatisfy(server -> assertThat(server).containsEntry("policy", "PP_2")
                        .containsEntry("asked", "PP_2-narrow"));
        assertThat(Json.object(report.get("setupsRefused")).values()).containsExactly(2);
        assertThat(Json.object(report.get("replacements"))).containsEntry("count", 1);
        assertThat(Json.object(report.get("operatorChanges"))).containsEntry("count", 1);
        assertThat(number(report, "lost")).isEqualTo(7);
        assertThat(Json.write(report.get("gaps"))).contains(
                "{\"from\":\"2026-03-01T00:00:09Z\",\"to\":\"2026-03-01T00:01:00Z\",\"how\":\"stopped\"}",
                "{\"from\":\"2026-03-01T00:01:10Z\",\"to\":\"2026-03-01T00:01:30Z\",\"how\":\"killed");
        assertThat(Json.object(report.get("verification"))).containsEntry("intact", true).containsEntry("compared", 1);
        assertThat(Json.write(report.get("checkpoints"))).contains("\"w.example\":\"2027-01-15T08:00:00Z\"");

        Map<String, @Nullable Object> within = report("--from", "2026-03-01T00:00:02Z", "--to", "2026-03-01T00:00:04Z")
                .json();
        assertThat(number(within, "deliveries")).isEqualTo(3);
        assertThat(number(within, "lost")).isZero();
        assertThat(Json.object(within.get("gaps"))).containsEntry("count", 0);
        assertThat(run("audit", "report", "record", "--public-key", "keys/public-key.pem").exitCode()).isEqualTo(2);
    }

    @Test
    void signedReportIsTakenAndAChangedOneRefused() throws Exception {
        Run run = report("--sign", "keys");
        Files.writeString(directory.resolve("report.jws"), run.out());
        Run good = run("audit", "check-report", "report.jws", "--public-key", "keys/public-key.pem");
        assertThat(good.exitCode()).as(good.err()).isZero();
        assertThat(good.json()).containsEntry("policy", "PP_2");
        String jws = run.out().strip();
        for (int at = 0; at < jws.length(); at += 97) {
            char other = jws.charAt(at) == 'A' ? 'B' : 'A';
            Files.writeString(directory.resolve("report.jws"), jws.substring(0, at) + other + jws.substring(at + 1));
            assertThat(run("audit", "check-report", "report.jws", "--public-key", "keys/public-key.pem").exitCode())
                    .as("character %d", at).isEqualTo(1);
        }
        Files.writeString(directory.resolve("report.jws"), jws);
        assertThat(run("audit", "check-report", "report.jws", "--public-key",
                SigningKey.generate().publicKey().noteKey("x").text()).exitCode()).isEqualTo(1);
    }

    @Test
    void pageNeedsNothingElseAndNoNameIsMarkup() throws Exception {
        assertThat(report("--html", "report.html").exitCode()).isZero();
        String page = Files.readString(directory.resolve("report.html"));
        assertThat(page).doesNotContain("<b a", "<script", "http:", "https:", "url(", "@import", "\u001b", "\u202e")
                .contains("&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;|=\\", "hospital", "The record is intact",
                        "prefers-color-scheme: dark", "@media print", "<th scope=\"col\">grant</th>", LOG + "\n15\n");
        assertThat(page.chars().filter(c -> c == '<').count()).isEqualTo(page.chars().filter(c -> c == '>').count());
    }

    @Test
    void reportOfADamagedRecordSaysSo() throws Exception {
        Path segment = directory.resolve("record").resolve(SegmentHeader.fileName(1));
        byte[] bytes = Files.readAllBytes(segment);
        bytes[300] ^= 1;
        Files.write(segment, bytes);
        Run run = report("--html", "report.html");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(Json.object(run.json().get("verification"))).containsEntry("intact", false);
        assertThat(Files.readString(directory.resolve("report.html"))).contains("The record is NOT intact", "CHANGED");
    }

    @Test
    void exportsAreOneLineForEachEntryWhateverItsNames() {
        List<String> cef = run("audit", "export", "record", "--format", "cef").lines();
        assertThat(cef).hasSize(15).allSatisfy(
                line -> assertThat(line).matches("CEF:0\\|revproc\\|revproc\\|1\\|[^|]+\\|[^|]+\\|\\d\\|.+"));
        assertThat(cef.get(1)).contains("|delivery|Message delivered|1|rt=" + (START + 1000), "src=127.0.0.1 spt=40000",
                "dst=10.0.0.6 dpt=9001 in=100 cs1=PP_2 cs1Label=policy", "cs3=hospital cs3Label=grant", "cn1=1");
        assertThat(cef.get(3)).contains("cs2=<b a\\='x' c\\=\"y\">&|\\=\\\\?").doesNotContain("\u001b", "\u202e");

        List<String> ocsf = run("audit", "export", "record", "--format", "ocsf", "--policy", "PP_2").lines();
        assertThat(ocsf).hasSize(5).allSatisfy(line -> {
            byte[] utf8 = line.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertThat(Json.object(Json.read(utf8, 0, utf8.length))).containsEntry("class_uid", 4001)
                    .containsEntry("type_uid", 400106)
                    .containsKeys("metadata", "src_endpoint", "dst_endpoint", "severity_id");
        });
        assertThat(run("audit", "export", "record", "--format", "ocsf").out()).contains("\"type_uid\":600203",
                "\"type_uid\":600204", "\"type_uid\":99", "\"severity_id\":4");
        assertThat(run("audit", "export", "record", "--until", "2026-03-01T00:00:01Z").lines()).hasSize(2).last()
                .asString()
                .contains("\"grant\":\"hospital\"");
        assertThat(run("audit", "export", "record", "--format", "xml").exitCode()).isEqualTo(2);
    }

    @Test
    void headersOfCefEscapeWhatEndsThem() {
        assertThat(AuditExport.headerText("a|b\\c\n")).isEqualTo("a\\|b\\\\c?");
        assertThat(AuditExport.extensionText("a|b=c\\\r\n")).isEqualTo("a|b\\=c\\\\??");
    }
}
