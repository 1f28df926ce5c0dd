package io.revproc.admin;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.Endpoint;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The versions of policies and grants that several proxies share, and what else a change of them asks this proxy. */
public interface PolicyVersions {
    /** One version. */
    @Schema(name = "PolicyVersion")
    record Version(@Schema(description = "Grows by one with each change", example = "7") long version,
            @Schema(description = "Who answers for it") String author,
            @Schema(description = "The account that applied it") String by,
            @Schema(description = "When, by the clock of the proxy that was asked") Instant at,
            @Schema(description = "SHA-256 of the text, in hexadecimal") String sha256) {}

    /** Returns why policies can't be applied over HTTP here; null if they can. */
    @Nullable
    String obstacle();

    /** Returns the version that is in force here; 0: none. */
    long inForce();

    /** Returns the versions that are known, newest first; the first one is in force here. */
    List<Version> all();

    /** Returns why the shared store's version is not in force here; null if it is. */
    @Nullable
    String problem();

    /**
     * Puts a text in force at all proxies that share it.
     *
     * @param text valid here
     * @param from the version that it is made from
     * @throws org.springframework.web.server.ResponseStatusException if it is not taken; its reason is for a person
     */
    Version apply(byte[] text, long from, String author, String by);

    /** Returns the entries whose servers hold leases here and would not be known by these rules, by what they showed. */
    Set<Endpoint> unknownTo(PolicyRules rules);
}
