package io.revproc.server.registration;

import java.util.List;
import java.util.function.Function;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;

/**
 * What the sessions need to know.
 *
 * @param policies one session each
 * @param proxies  tried in turn, at least one
 * @param setup    the setup message for a policy; asked for when a connection stands, so that the data port is known
 */
public record RegistrationSettings(List<Ident> policies, List<ProxyAddress> proxies,
        Function<Ident, Message.Setup> setup) {}
