package io.revproc.proxy.transcript;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.StringJoiner;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.WireException;

/** Prints the seed's lines. Thread-safe; a line is one print. Control characters from outside are escaped. */
public final class Transcript {
    private final PrintStream out;

    public Transcript(PrintStream out) {
        this.out = out;
    }

    private void line(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                clean.append(String.format("\\x%02x", c));
            } else {
                clean.appendCodePoint(c);
            }
        });
        out.println(clean);
    }

    public void listening(InetSocketAddress local) {
        line("Reverse proxy is listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
    }

    public void connected(InetSocketAddress peer) {
        line("Connected to " + peer.getAddress().getHostAddress() + ":" + peer.getPort());
    }

    /** A setup message came; printed before it is handled. */
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

    public void forwarding(Endpoint endpoint, byte[] bytes, int from, int to) {
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

    public void portOpen() {
        line("Port is open");
    }

    public void answered(byte[] bytes, int from, int to) {
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Ack ack) {
                line("Received a data message from server id " + ack.srcId() + ", payload: " + ack.payload());
                line("Forwarding a data message to client " + ack.destId() + ", payload: " + ack.payload());
            }
        } catch (WireException e) {
            line(e.sentence());
        }
    }

    public void refused(String sentence) {
        line(sentence);
    }

    /** The table as Python prints it. */
    public void table(RouteTable table) {
        StringJoiner policies = new StringJoiner(", ", "{", "}");
        for (PolicyRoutes routes : table.policies()) {
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
