package io.revproc.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks into a delivery record: the files alone, without the proxy that wrote them. */
@Command(name = "audit", description = "Verify and read the proxy's delivery record, and check receipts; needs no proxy.", footer = {
        "Examples:", "  revproc audit verify data/audit-8123 --public-key public-key.pem",
        "  revproc audit verify data/audit-8123 --public-key public-key.pem --checkpoint kept.json",
        "  revproc audit show data/audit-8123 --policy PP_2 --since 2h",
        "  revproc audit show data/audit-8123 --message sent.json --digest-key digest-key.hex",
        "  revproc audit check-receipt answer.json --public-key public-key.pem --message sent.json", "",
        "verify ends with 1 if anything is wrong and says where; what was cut off at the end is found only against a checkpoint that",
        "was kept elsewhere: curl http://127.0.0.1:8124/admin/audit/checkpoints > kept.json"})
final class AuditCommand implements Callable<Integer> {
    /** What can be done. */
    enum Action {
        VERIFY("verify"), SHOW("show"), CHECK_RECEIPT("check-receipt");

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

    @Parameters(index = "0", paramLabel = "verify|show|check-receipt", description = "Verify a record; show its entries; check a receipt.")
    private Action action;

    @Parameters(index = "1", paramLabel = "DIR|RECEIPT", description = "The record's directory; for check-receipt the receipt, the answer that has it, a file with either, or - for standard input.")
    private String target;

    @Option(names = "--public-key", split = ",", paramLabel = "FILE", description = "The proxy's public key, public-key.pem; several if it was replaced.")
    private List<Path> publicKeys = List.of();

    @Option(names = "--checkpoint", split = ",", paramLabel = "FILE", description = "verify: checkpoints that were kept elsewhere, as the admin API answers or as they were pushed.")
    private List<Path> checkpoints = List.of();

    @Option(names = "--policy", paramLabel = "PP_1", description = "show: only this policy's deliveries.")
    private @Nullable String policy;

    @Option(names = "--server-id", paramLabel = "ID", description = "show: only deliveries to this server.")
    private @Nullable String serverId;

    @Option(names = "--since", paramLabel = "TIME", description = "show: from this time on, 2026-11-24T18:00:00Z, or this long ago, 2h.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "show: up to this time, likewise.")
    private @Nullable String until;

    @Option(names = "--message", paramLabel = "FILE", description = "show: only deliveries of this message, with --digest-key; check-receipt: the message that the receipt should be for.")
    private @Nullable Path message;

    @Option(names = "--digest-key", paramLabel = "FILE", description = "show: the proxy's secret digest-key.hex, to look for --message.")
    private @Nullable Path digestKey;

    @Option(names = "--dir", paramLabel = "DIR", description = "check-receipt: a record that should hold the receipt's entry.")
    private @Nullable Path directory;

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AuditFiles files = new AuditFiles(terminal);
        return switch (action) {
            case VERIFY -> new AuditVerify(terminal, common.json).run(files.directory(target), files.keys(publicKeys),
                    files.checkpoints(checkpoints, files.keys(publicKeys)));
            case SHOW -> new AuditShow(terminal, common.json).run(files.directory(target),
                    new AuditShow.Wanted(policy, serverId, AuditShow.time("--since", since),
                            AuditShow.time("--until", until), digest(files)));
            case CHECK_RECEIPT -> new ReceiptCheck(terminal, common.json).run(files.receipt(target),
                    files.keys(publicKeys), message == null ? null : files.message(message),
                    directory == null ? null : files.directory(directory.toString()));
        };
    }

    private @Nullable String digest(AuditFiles files) {
        if (message == null && digestKey == null) {
            return null;
        }
        if (message == null || digestKey == null) {
            throw CliException.usage("--message and --digest-key go together: the digests are keyed");
        }
        return files.digest(message, digestKey);
    }
}
