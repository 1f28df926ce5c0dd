package io.revproc.proxy.listener;

import java.util.function.Function;

import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.tls.ListenerTls;
import org.jspecify.annotations.Nullable;

/**
 * The steps between an accepted connection and the data path.
 *
 * @param clients the policies' rules on clients; null: there are none
 * @param tls     of connections over TCP; null: they are plain text
 * @param unknown refuses undeclared policies; null: none are refused for that
 * @param disclosures what is taken down of a policy's messages, by its name
 * @param tokens  checks clients' tokens; null: no rule asks for one, and none is looked at
 */
public record Entrance(@Nullable ClientRules clients, @Nullable ListenerTls tls, @Nullable UnknownPolicies unknown,
        @Nullable ClientTokens tokens, Function<String, Disclosure> disclosures) {
    /** Nothing. */
    public static final Entrance OPEN = new Entrance(null, null, null, null, policy -> Disclosure.ALL);
}
