package io.revproc.server.registration;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

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
 */
public record RegistrationSettings(List<Ident> policies, List<ProxyAddress> proxies,
        Function<Ident, Message.Setup> setup, @Nullable SetupDialect dialect, Duration drain) {
    byte[] setupBytes(Ident policy) {
        Message.Setup message = setup.apply(policy);
        return dialect == null ? MessageCodec.write(message) : dialect.write(message);
    }
}
