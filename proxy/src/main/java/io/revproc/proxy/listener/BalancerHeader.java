package io.revproc.proxy.listener;

import java.util.function.Consumer;

/** Lets connections from load balancers go on once their PROXY protocol header has said whose they are. */
final class BalancerHeader implements AdmissionStep {
    private final ListenerSettings settings;

    BalancerHeader(ListenerSettings settings) {
        this.settings = settings;
    }

    @Override
    public void admit(Accepted connection, Consumer<Accepted> next) {
        if (connection.local() || !settings.believes(connection.peer().getAddress())) {
            next.accept(connection);
            return;
        }
        connection.channel().pipeline().addLast(new ProxyHeaderHandler(connection.peer(),
                settings.messageTimeout().toMillis(), source -> next.accept(connection.of(source))));
    }
}
