package tpm;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceVerifier;

/**
 * Verifies quotes of TPMs: which enrolled machine it is, and in which enrolled state it was booted. The evidence is
 * {@code tpm2.TEXT.ATTEST.SIGNATURE}, each part in base64. docs/policies.md says how it is used, and what it does not prove.
 */
public final class TpmQuotes implements EvidenceVerifier {
    private static final Duration MAX_LIFETIME = Duration.ofHours(1);
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private final MachinesFile machines;

    /** Called by the proxy. The enrolled machines are in the file {@code machines.txt} beside the jar. */
    public TpmQuotes() throws IOException, URISyntaxException {
        machines = new MachinesFile(Path.of(TpmQuotes.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolveSibling("machines.txt"));
    }

    @Override
    public String name() {
        return "tpm";
    }

    @Override
    public boolean mayRead(String evidence) {
        return evidence.startsWith("tpm2.");
    }

    @Override
    public Verdict verify(String evidence, Instant now) {
        try {
            return new Verdict.Proven(prove(evidence, now, machines.get()));
        } catch (Refusal e) {
            return new Verdict.Unproven(e.getMessage(), e.sentence);
        }
    }

    private Evidence prove(String evidence, Instant now, Machines machines) throws Refusal {
        String[] parts = evidence.split("\\.", -1);
        check(parts.length == 4 && parts[0].equals("tpm2"), "evidence-not-readable", null);
        byte[] quoted = bytes(parts[1]);
        byte[] attest = bytes(parts[2]);
        QuotedText text = QuotedText.parse(quoted);
        PublicKey key = machines.keys().get(text.machine());
        check(key != null, "machine-not-enrolled", null);
        check(TpmSignature.isOf(key, attest, bytes(parts[3])), "signature-not-of-the-machine", null);
        Quote quote = Quote.parse(attest);
        // From here on it is the machine that asks, so it may hear what is wrong.
        check(quote.isOf(quoted), "quote-of-another-text",
                "The text beside the quote is not the one that was quoted");
        check(text.audience().equals(machines.audience()), "quote-for-others", "The quote is for another audience");
        check(!text.issued().isAfter(now.plus(CLOCK_SKEW)), "quote-from-the-future",
                "The quote was issued later than now, by the proxy's clock");
        check(now.isBefore(text.ends()), "quote-ended", "The quote ended at " + text.ends());
        check(!text.issued().plus(MAX_LIFETIME).isBefore(text.ends()), "quote-lives-too-long",
                "A quote ends at most " + MAX_LIFETIME.toMinutes() + " minutes after its time of issue");
        String boot = machines.boots().get(quote.pcrs() + " " + quote.digest());
        check(boot != null, "boot-state-not-enrolled",
                "The quote's PCRs are not those of a state that is enrolled; they are " + quote.pcrs() + " "
                        + quote.digest());
        Map<String, Object> claims = new HashMap<>(machines.claims().get(text.machine()));
        claims.putAll(Map.of("sub", text.machine(), "boot", boot, "policy", text.policy(), "id", text.id()));
        return new Evidence(name(), claims, text.ends());
    }

    private static void check(boolean good, String reason, String sentence) throws Refusal {
        if (!good) {
            throw new Refusal(reason, sentence);
        }
    }

    /** One spelling only: others of the same bytes are refused. */
    private static byte[] bytes(String base64) throws Refusal {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Refusal("evidence-not-readable", null);
        }
        check(Base64.getEncoder().encodeToString(bytes).equals(base64), "evidence-not-readable", null);
        return bytes;
    }
}
