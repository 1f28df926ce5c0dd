package io.revproc.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.revproc.record.KeyFile;
import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An authority of one's own for the evidence of policy servers: a key, and tokens that it signs. */
@Command(name = "evidence", description = "Be the authority for the evidence of policy servers: make a key, sign tokens.", footer = {
        "Examples:", "  revproc evidence key --key authority.jwk > keys.json",
        "  revproc evidence issue --key authority.jwk --issuer dpo --audience revproc --subject clinic-7 \\",
        "      --claim region=DE --claim policies=health-de --valid 12h > clinic-7.jwt", "",
        "keys.json holds the public key: the proxy reads it by revproc.evidence.NAME.key-set. The key itself stays with whoever",
        "signs. A server shows its token by policy-server.evidence-file; a new one in that file renews it."})
final class EvidenceCommand implements Callable<Integer> {
    /** What can be done. */
    enum Action {
        KEY, ISSUE
    }

    private static final Duration MAX_VALID = Duration.ofDays(366);

    private final Terminal terminal;

    @Mixin
    @SuppressWarnings("UnusedVariable") // its options are picocli's to read
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "key|issue", description = "Make a key, or sign a token.")
    private Action action;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The authority's key. 'key' makes it, and keeps one that is there.")
    private Path key;

    @Option(names = "--issuer", paramLabel = "TEXT", description = "Who signs: revproc.evidence.NAME.issuer.")
    private @Nullable String issuer;

    @Option(names = "--audience", split = ",", paramLabel = "TEXT", description = "For whom: revproc.evidence.NAME.audiences.")
    private @Nullable List<String> audiences;

    @Option(names = "--subject", paramLabel = "TEXT", description = "Whose token it is.")
    private @Nullable String subject;

    @Option(names = "--claim", paramLabel = "NAME=VALUE", description = "What else it says. The same name again makes a list.")
    private @Nullable List<String> claims;

    @Option(names = "--valid", paramLabel = "12h", defaultValue = "1h", description = "For how long (default: ${DEFAULT-VALUE}).")
    private String valid;

    EvidenceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path file = terminal.directory().resolve(key);
        try {
            terminal.out().println(action == Action.KEY
                    ? new JWKSet(makeOrRead(file).toPublicJWK()).toString()
                    : issue(read(file)));
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw CliException.usage("--key " + key + ": " + FileProblem.of(e));
        } catch (JOSEException e) {
            throw CliException.usage("--key " + key + ": " + e.getMessage());
        }
    }

    private static ECKey makeOrRead(Path file) throws JOSEException, IOException {
        if (Files.exists(file)) {
            return read(file);
        }
        ECKey made = new ECKeyGenerator(Curve.P_256).keyID(UUID.randomUUID().toString())
                .algorithm(JWSAlgorithm.ES256).generate();
        // Readable by nobody else from the first byte on.
        try (SeekableByteChannel out = Files.newByteChannel(file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                KeyFile.rights(file, "rw-------"))) {
            out.write(ByteBuffer.wrap((made.toJSONString() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (FileAlreadyExistsException e) {
            return read(file);
        }
        return made;
    }

    private static ECKey read(Path file) throws IOException {
        try {
            ECKey read = ECKey.parse(Files.readString(file));
            if (!read.isPrivate() || !Curve.P_256.equals(read.getCurve())) {
                throw new IOException("this is no private key of P-256; 'revproc evidence key' makes one");
            }
            return read;
        } catch (ParseException e) {
            throw new IOException("this is no key; 'revproc evidence key' makes one", e);
        }
    }

    private String issue(ECKey signing) throws JOSEException {
        if (audiences == null) {
            throw CliException.usage("--audience is missing: the proxy takes tokens that are made out to it alone");
        }
        Duration time = Durations.parse(valid);
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(MAX_VALID) > 0) {
            throw CliException.usage("--valid is 1s to 8784h");
        }
        Instant now = Instant.now();
        JWTClaimsSet.Builder said = new JWTClaimsSet.Builder().issuer(issuer).subject(subject).audience(audiences)
                .issueTime(Date.from(now)).expirationTime(Date.from(now.plus(time)));
        withClaims(said);
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).type(JOSEObjectType.JWT)
                .keyID(signing.getKeyID()).build(), said.build());
        token.sign(new ECDSASigner(signing));
        return token.serialize();
    }

    private void withClaims(JWTClaimsSet.Builder said) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String claim : claims == null ? List.<String>of() : claims) {
            int at = claim.indexOf('=');
            if (at < 1) {
                throw CliException.usage("--claim is NAME=VALUE");
            }
            String name = claim.substring(0, at);
            if (JWTClaimsSet.getRegisteredNames().contains(name)) {
                throw CliException.usage("--claim " + name + " has an option of its own, or follows from others");
            }
            all.computeIfAbsent(name, unknown -> new ArrayList<>()).add(claim.substring(at + 1));
        }
        all.forEach((name, values) -> said.claim(name, values.size() == 1 ? values.getFirst() : values));
    }
}
