package tpm;

import java.io.IOException;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the operator has enrolled, a line each ({@code #} begins a remark):
 * <pre>
 * audience revproc.example.org
 * key clinic-7 MFkwEwYHKoZIzj0… region=DE
 * boot release-17 0,2,4,7 f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b
 * </pre>
 * A key is an attestation key's public part: what is between the lines of its PEM file, as one word. The words behind it are claims.
 *
 * @param keys   of the machines, by their names
 * @param claims of the machines, by their names
 * @param boots  the names of states, by PCRs and digest
 */
record Machines(String audience, Map<String, PublicKey> keys, Map<String, Map<String, Object>> claims,
        Map<String, String> boots) {
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";
    private static final Set<String> OWN_CLAIMS = Set.of("sub", "boot", "policy", "id", "cnf");

    /** @throws IOException if a line is not as above; the sentence says which one */
    static Machines parse(String file) throws IOException {
        Map<String, PublicKey> keys = new HashMap<>();
        Map<String, Map<String, Object>> claims = new HashMap<>();
        Map<String, String> boots = new HashMap<>();
        String audience = "";
        if (!file.endsWith("\n")) {
            throw new IOException("The last line has no end: perhaps the file is not written whole");
        }
        int number = 0;
        for (String line : file.lines().toList()) {
            number++;
            String[] words = line.strip().split("\\s+");
            if (line.isBlank() || words[0].startsWith("#")) {
                continue;
            }
            String kind = words.length + " " + words[0];
            boolean good = false;
            if (kind.equals("2 audience")) {
                good = audience.isEmpty();
                audience = words[1];
            } else if (kind.equals("4 boot")) {
                good = words[1].matches(NAME) && ascend(words[2]) && words[3].matches("[0-9a-f]{64}")
                        && boots.put(words[2] + " " + words[3], words[1]) == null;
            } else if (words[0].equals("key") && words.length >= 3 && words[1].matches(NAME)) {
                PublicKey key = EnrolledKey.of(words[2], number);
                Map<String, Object> said = claims(words);
                good = said != null && !keys.containsValue(key) && keys.put(words[1], key) == null;
                claims.put(words[1], said);
            }
            if (!good) {
                throw new IOException("Line " + number + " is none of: audience NAME (once); key NAME KEY [CLAIM=VALUE …]"
                        + " (each key and name once); boot NAME PCRS DIGEST (PCRs of 0 to 23, ascending; each state once)");
            }
        }
        if (audience.isEmpty()) {
            throw new IOException("There is no line with the audience");
        }
        return new Machines(audience, Map.copyOf(keys), Map.copyOf(claims), Map.copyOf(boots));
    }

    /** Quotes name their PCRs so: otherwise none would ever be of this state. */
    private static boolean ascend(String pcrs) {
        int before = -1;
        for (String pcr : pcrs.split(",", -1)) {
            if (!pcr.matches("0|[1-9]\\d?") || Integer.parseInt(pcr) <= before || Integer.parseInt(pcr) > 23) {
                return false;
            }
            before = Integer.parseInt(pcr);
        }
        return true;
    }

    private static Map<String, Object> claims(String[] words) {
        Map<String, Object> claims = new HashMap<>();
        for (int i = 3; i < words.length; i++) {
            String[] claim = words[i].split("=", 2);
            if (claim.length < 2 || !claim[0].matches(NAME) || OWN_CLAIMS.contains(claim[0])
                    || claims.put(claim[0], claim[1]) != null) {
                return null;
            }
        }
        return claims;
    }
}
