package io.revproc.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import io.revproc.record.Checkpoint;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.RecordTiles;
import io.revproc.record.SignedJson;
import io.revproc.record.Verdict;
import io.revproc.record.tlog.NoteKey;
import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks into a delivery record: the files alone, without the proxy that wrote them. */
@Command(name = "audit", description = "Verify and read the proxy's delivery record, and check receipts, without the proxy.", footer = {
        "Examples:", "  revproc audit verify data/audit-8123 --public-key public-key.pem",
        "  revproc audit verify data/audit-8123 --public-key public-key.pem --checkpoint kept.json",
        "  revproc audit show data/audit-8123 --policy PP_2 --since 2h",
        "  revproc audit show data/audit-8123 --message sent.json --digest-key digest-key.hex",
        "  revproc audit check-receipt answer.json --public-key public-key.pem --message sent.json",
        "  revproc audit receipt --message sent.json > sent.tlog-proof",
        "  revproc audit report data/audit-8123 --public-key log.vkey --policy PP_2 --from 720h --html report.html",
        "  revproc audit export data/audit-8123 --format ocsf --from 1h",
        "  revproc audit consistency monday.txt friday.txt --log data/audit-8123 --public-key log.vkey",
        "  revproc audit verify http://127.0.0.1:8124/admin/audit/tlog --public-key log.vkey --checkpoint kept.json",
        "",
        "verify ends with 1 if anything is wrong and says where; what was cut off at the end is found only against a checkpoint that",
        "was kept elsewhere: curl http://127.0.0.1:8124/admin/audit/checkpoints > kept.json"})
final class AuditCommand implements Callable<Integer> {
    /** The actions of this command. */
    enum Action {
        VERIFY("verify"), SHOW("show"), CHECK_RECEIPT("check-receipt"), RECEIPT("receipt"), CONSISTENCY("consistency"),
        PROVE("prove"), REPORT("report"), EXPORT("export"), CHECK_REPORT("check-report");

        private final String word;

        Action(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "verify|show|check-receipt|receipt|consistency|prove|report|export|check-report", description = "Verify a record; show its entries; check a receipt; ask the proxy for one; compare two checkpoints; prove that an entry is in the log; report on a policy; print entries for a collector of logs; check the signature of a report.")
    private Action action;

    @Parameters(index = "1..*", arity = "0..2", paramLabel = "DIR|URL|RECEIPT|CHECKPOINT", description = "The record's directory or the URL of its log; for check-receipt the receipt, the answer that has it, a file with either, - for standard input, or many: a folder with a file each, or a file with a line of JSON each, in which message is the message that its receipt should be for; for consistency two files with a checkpoint each.")
    private List<String> targets = List.of();

    @Option(names = "--public-key", split = ",", paramLabel = "KEY", description = "The proxy's public key: the file public-key.pem or log.vkey, or the text of the latter; several if it was replaced.")
    private List<String> publicKeys = List.of();

    @Option(names = "--log", paramLabel = "DIR|URL", description = "consistency: the record's directory, or the URL of its log.")
    private @Nullable String log;

    @Option(names = "--index", paramLabel = "N", description = "prove: the entry's index.")
    private @Nullable Long index;

    @Option(names = "--witness", split = ",", paramLabel = "KEY", description = "verify, check-receipt: verifier keys of witnesses, or files with one each.")
    private List<String> witnesses = List.of();

    @Option(names = "--quorum", paramLabel = "K", description = "verify, check-receipt: how many of the witnesses must have cosigned (default: all).")
    private @Nullable Integer quorum;

    @Option(names = "--checkpoint", split = ",", paramLabel = "FILE", description = "verify: files with checkpoints that were kept elsewhere, from the admin API or as they were pushed.")
    private List<Path> checkpoints = List.of();

    @Option(names = "--policy", paramLabel = "PP_1", description = "show, export: only this policy's deliveries; report: the policy.")
    private @Nullable String policy;

    @Option(names = "--server-id", paramLabel = "ID", description = "show: only deliveries to this server.")
    private @Nullable String serverId;

    @Option(names = {"--since",
            "--from"}, paramLabel = "TIME", description = "show, report, export, receipt: from this time on, such as 2026-11-24T18:00:00Z, or an age such as 2h.")
    private @Nullable String since;

    @Option(names = {"--until",
            "--to"}, paramLabel = "TIME", description = "show, report, export: up to this time, in the same form.")
    private @Nullable String until;

    @Option(names = "--message", paramLabel = "FILE", description = "show: only deliveries of this message, with --digest-key; check-receipt: the message that the receipt should be for; receipt: the message whose receipt you want.")
    private @Nullable Path message;

    @Option(names = "--digest-key", paramLabel = "FILE", description = "show: the proxy's secret digest-key.hex, to find --message.")
    private @Nullable Path digestKey;

    @Option(names = "--dir", paramLabel = "DIR", description = "check-receipt: a record that should hold the receipt's entry.")
    private @Nullable Path directory;

    @Option(names = "--format", paramLabel = "ndjson|ocsf|cef", defaultValue = "NDJSON", description = "export: the form of the lines (default: ndjson).")
    private AuditExport.Format format;

    @Option(names = "--html", paramLabel = "FILE", description = "report: write it as a page of HTML, too.")
    private @Nullable Path html;

    @Option(names = "--sign", paramLabel = "DIR", description = "report: print it signed, as a JWS, with the key of this directory: signing-key.pem and public-key.pem.")
    private @Nullable Path sign;

    @Mixin
    private AdminOptions admin;

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AuditFiles files = new AuditFiles(terminal);
        if (!witnesses.isEmpty() && (action == Action.CONSISTENCY || action == Action.PROVE)) {
            throw CliException.usage("--witness goes with verify, check-receipt and report");
        }
        return switch (action) {
            case VERIFY -> verify(files);
            case SHOW -> new AuditShow(terminal, common.json).run(files.directory(target(0)),
                    new AuditShow.Wanted(policy, serverId, AuditShow.time("--since", since),
                            AuditShow.time("--until", until), sought(files)));
            case EXPORT -> new AuditShow(terminal, common.json).export(files.directory(target(0)),
                    new AuditShow.Wanted(policy, serverId, AuditShow.time("--from", since),
                            AuditShow.time("--to", until), sought(files)),
                    format);
            case REPORT -> report(files);
            case CHECK_REPORT -> checkReport(files);
            case CHECK_RECEIPT -> checkReceipt(files);
            case RECEIPT -> receipt(files);
            case CONSISTENCY -> {
                List<AuditFiles.LogKey> keys = files.keys(publicKeys);
                yield new AuditProofs(terminal, common.json).consistency(files.checkpoint(target(0), keys),
                        files.checkpoint(target(1), keys), source(files, log), keys);
            }
            case PROVE -> {
                if (index == null) {
                    throw CliException.usage("--index N is missing: the entry's number");
                }
                yield new AuditProofs(terminal, common.json).prove(index, source(files, target(0)),
                        files.keys(publicKeys));
            }
        };
    }

    private int verify(AuditFiles files) {
        List<AuditFiles.LogKey> keys = files.keys(publicKeys);
        KeptCheckpoints kept = files.checkpoints(checkpoints, keys);
        List<NoteKey> known = files.witnesses(witnesses);
        if (isUrl(target(0))) {
            return new AuditProofs(terminal, common.json).verify(source(files, target(0)), keys, kept, known,
                    quorum(known));
        }
        return new AuditVerify(terminal, common.json).run(files.directory(target(0)),
                keys.stream().map(AuditFiles.LogKey::key).toList(), kept, known, quorum(known));
    }

    private int report(AuditFiles files) {
        if (policy == null) {
            throw CliException.usage("--policy is missing: the policy to report on");
        }
        Path record = files.directory(target(0));
        List<AuditFiles.LogKey> keys = files.keys(publicKeys);
        KeptCheckpoints kept = files.checkpoints(checkpoints, keys);
        Verdict verdict = AuditVerify.verify(terminal, record, keys.stream().map(AuditFiles.LogKey::key).toList(),
                kept);
        AuditReport report = new AuditReport(policy, AuditShow.time("--from", since), AuditShow.time("--to", until));
        int read = new AuditShow(terminal, true).each(record, entry -> {
            report.add(entry);
            return true;
        });
        String json = Json.write(report.fields(verdict, kept.log().stream().map(Checkpoint::note).toList(),
                files.witnesses(witnesses), Instant.now()));
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        if (html != null) {
            files.write(html, ReportPage.of(Json.object(Json.read(utf8, 0, utf8.length))));
        }
        terminal.out().println(sign == null ? json : SignedJson.sign(files.signingKey(sign), json));
        terminal.out().flush();
        return verdict.intact() ? read : ExitCode.REFUSED;
    }

    private int checkReport(AuditFiles files) {
        String jws = files.text(Path.of(target(0)));
        String problem = "";
        for (AuditFiles.LogKey key : files.keys(publicKeys)) {
            try {
                terminal.out().println(SignedJson.verify(jws, key.key()));
                terminal.out().flush();
                return ExitCode.OK;
            } catch (IllegalArgumentException e) {
                problem = "the report is not valid: " + e.getMessage();
            }
        }
        terminal.say(problem);
        return ExitCode.REFUSED;
    }

    private int checkReceipt(AuditFiles files) {
        List<NoteKey> known = files.witnesses(witnesses);
        List<AuditFiles.LogKey> keys = files.keys(publicKeys);
        ReceiptCheck.Wanted wanted = new ReceiptCheck.Wanted(message == null ? null : files.message(message),
                directory == null ? null : new RecordTiles(files.directory(directory.toString())), known,
                quorum(known));
        ReceiptCheck check = new ReceiptCheck(terminal, common.json);
        try (ReceiptList many = ReceiptList.of(terminal, target(0))) {
            return many == null ? check.run(files.receipt(target(0)), keys, wanted) : check.run(many, keys, wanted);
        } catch (IOException e) {
            throw CliException.usage("can't read the receipts: " + FileProblem.of(e));
        } catch (UncheckedIOException e) {
            throw CliException
                    .usage("can't read the receipts: " + FileProblem.of(Objects.requireNonNull(e.getCause())));
        }
    }

    private int quorum(List<NoteKey> known) {
        int wanted = quorum == null ? known.size() : quorum;
        if (wanted < 0 || wanted > known.size()) {
            throw CliException.usage("--quorum is 0 to the number of witnesses, " + known.size());
        }
        return wanted;
    }

    /** Asks the proxy, which alone can find a message in its record. */
    private int receipt(AuditFiles files) {
        if (message == null) {
            throw CliException.usage("--message FILE is missing: the message as it was sent");
        }
        Instant from = AuditShow.time("--since", since);
        terminal.out().print(admin.client().text("/admin/audit/receipt" + (from == null ? "" : "?since=" + from),
                files.message(message)));
        terminal.out().flush();
        return ExitCode.OK;
    }

    private String target(int at) {
        if (targets.size() <= at) {
            throw CliException.usage(switch (action) {
                case CHECK_REPORT -> "the file with the signed report is missing";
                case CHECK_RECEIPT -> "what is missing is the receipt, the answer that has it, or a file with either";
                case CONSISTENCY -> "two files with a checkpoint each are missing";
                default -> "what is missing is the record's directory, such as data/audit-8123";
            });
        }
        return targets.get(at);
    }

    private static boolean isUrl(String text) {
        return text.startsWith("http://") || text.startsWith("https://") || HttpAddress.isHostAndPort(text);
    }

    private static String url(String text) {
        try {
            return HttpAddress.of(text).toString().replaceFirst("/+$", "");
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        }
    }

    private AuditSource source(AuditFiles files, @Nullable String at) {
        if (at == null) {
            throw CliException.usage("--log is missing: the record's directory, or the URL of its log");
        }
        return isUrl(at)
                ? new AuditSource.OfUrl(url(at), admin.tokenFor(at))
                : new AuditSource.OfDirectory(files.directory(at));
    }

    private AuditShow.@Nullable Message sought(AuditFiles files) {
        if (message == null && digestKey == null) {
            return null;
        }
        if (message == null || digestKey == null) {
            throw CliException.usage("--message and --digest-key go together: what the record holds is keyed");
        }
        return files.message(message, digestKey);
    }
}
