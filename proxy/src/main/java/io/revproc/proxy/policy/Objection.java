package io.revproc.proxy.policy;

/**
 * Why the rules do not let a server serve a policy.
 *
 * @param reason   for the log: words joined by dashes, the same for all cases of a kind
 * @param sentence for a person; holds no secret
 */
public record Objection(String reason, String sentence) {
    /** The reason where policies have to be declared. */
    public static final String NOT_DECLARED = "policy-not-declared";
}
