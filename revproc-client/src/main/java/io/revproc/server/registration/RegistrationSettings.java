package io.revproc.server.registration;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import io.revproc.client.connect.ProxyAddress;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.SetupDialect;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the registration sessions.
 *
 * @param policies one session each
 * @param proxies  tried in turn, at least one
 * @param setup    the setup message for a policy; asked for when a connection stands, so that the data port is known
 * @param dialect  how a Part 1 setup is spelt; null: the setups are not Part 1's
 * @param drain    how long the messages in flight may take at the end
 * @param evidence what the setups carry as evidence now, asked for on event loops; null where there is none
 */
public record RegistrationSettings(List<Ident> policies, List<ProxyAddress> proxies,
        Function<Ident, Message.Setup> setup, @Nullable SetupDialect dialect, Duration drain,
        Supplier<@Nullable String> evidence) {
    /** Of servers that show no evidence. */
    public RegistrationSettings(List<Ident> policies, List<ProxyAddress> proxies,
            Function<Ident, Message.Setup> setup, @Nullable SetupDialect dialect, Duration drain) {
        this(policies, proxies, setup, dialect, drain, () -> null);
    }

    byte[] setupBytes(Ident policy) {
        Message.Setup message = setup.apply(policy);
        return dialect == null ? MessageCodec.write(message) : dialect.write(message);
    }
}
