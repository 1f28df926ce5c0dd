package io.revproc.proxy.transcript;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Supplier;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.ForwardObserver;
import io.revproc.proxy.listener.ListenerObserver;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * Prints the lines that the seed, the program that this one replaces, prints of what it does. Thread-safe; a line is one print. Control
 * characters from outside are escaped.
 */
public final class Transcript implements ListenerObserver, ForwardObserver {
    private final PrintStream out;
    private final Supplier<RouteTable> table;

    /** @param table gives the newest snapshot */
    public Transcript(PrintStream out, Supplier<RouteTable> table) {
        this.out = out;
        this.table = table;
    }

    private void line(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                clean.append(String.format(Locale.ROOT, "\\x%02x", c));
            } else {
                clean.appendCodePoint(c);
            }
        });
        out.println(clean);
    }

    @Override
    public void listening(InetSocketAddress local) {
        line("Reverse proxy is listening on " + HostPort.text(local));
    }

    @Override
    public void connected(InetSocketAddress peer) {
        line("Connected to " + HostPort.text(peer));
    }

    @Override
    public void setup(byte[] bytes, int from, int to) {
        line("Handling server setup...");
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Setup setup) {
                line("Received setup message from server id " + setup.id() + ", privacy policy " + setup.policy()
                        + ", port " + setup.listenPort());
            }
        } catch (WireException e) {
            line(e.sentence());
        }
    }

    @Override
    public void received(byte[] bytes, int from, int to) {
        line("Handling client connection ...");
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Data data) {
                line("Received a data message from client id " + data.srcId() + ", privacy policy " + data.policy()
                        + ", payload: " + data.payload());
            }
        } catch (WireException e) {
            line(e.sentence());
        }
    }

    @Override
    public void forwarding(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to) {
        line("Policy exists. Connect to the server and send message");
        line("Connect to server " + entry(endpoint));
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Data data) {
                line("Forwarding a data message from client id " + data.srcId() + " to server id "
                        + endpoint.spec().id() + ", payload: " + data.payload());
            }
        } catch (WireException e) {
            line(e.sentence());
        }
    }

    @Override
    public void sent(Exchange exchange) {
        line("Port is open");
    }

    @Override
    public void replied(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, long now) {
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Ack ack) {
                line("Received a data message from server id " + ack.srcId() + ", payload: " + ack.payload());
                line("Forwarding a data message to client " + ack.destId() + ", payload: " + ack.payload());
            }
        } catch (WireException e) {
            line(e.sentence());
        }
        printTable();
    }

    @Override
    public void refused(Exchange exchange, @Nullable Endpoint endpoint, ErrorCode code, String sentence, long now) {
        line(sentence);
    }

    @Override
    public void unforwarded(ErrorCode code) {
        line(code.sentence());
    }

    @Override
    public void setupHandled() {
        printTable();
    }

    /** Prints the table as Python prints it. */
    private void printTable() {
        StringJoiner policies = new StringJoiner(", ", "{", "}");
        for (PolicyRoutes routes : table.get().policies()) {
            StringJoiner entries = new StringJoiner(", ", "[", "]");
            routes.endpoints().forEach(endpoint -> entries.add(entry(endpoint)));
            policies.add("'" + routes.policy() + "': " + entries);
        }
        line(policies.toString());
    }

    private static String entry(Endpoint endpoint) {
        Ident id = endpoint.spec().id();
        String name = id.quoted() ? "'" + id + "'" : id.text();
        return "[" + name + ", '" + endpoint.spec().host() + "', " + endpoint.spec().port() + ", "
                + (endpoint.state().alive() ? "True" : "False") + "]";
    }
}
