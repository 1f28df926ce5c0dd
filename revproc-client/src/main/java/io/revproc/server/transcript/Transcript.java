package io.revproc.server.transcript;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.client.connect.Printable;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** Prints a server's side of a session in the words, and the spelling, of the seed's listing. Thread-safe. */
public final class Transcript {
    private final @Nullable PrintStream out;
    private final AtomicBoolean listening = new AtomicBoolean();

    private Transcript(@Nullable PrintStream out) {
        this.out = out;
    }

    /** A transcript that prints nothing. */
    public static Transcript off() {
        return new Transcript(null);
    }

    public static Transcript to(PrintStream out) {
        return new Transcript(out);
    }

    /** Returns whether anything is printed; callers on the way of a message ask before they build a payload's text. */
    public boolean on() {
        return out != null;
    }

    public void running(Ident id) {
        print("Server runing with id " + Printable.text(id.text()));
    }

    public void serving(Ident policy) {
        print("Server serving privacy policy " + Printable.text(policy.text()));
    }

    public void connecting(int port) {
        print("Connecting to the reverse proxy on port " + port);
    }

    public void answered(byte[] bytes, int from, int to) {
        if (on()) {
            print(Printable.bytes(bytes, from, to));
        }
    }

    /** Printed once, after the first answer to a setup, where the seed begins to listen. */
    public void listening(int port) {
        if (on() && listening.compareAndSet(false, true)) {
            print("Sever is listening on " + port);
        }
    }

    /** @param peer address and port */
    public void connected(String peer) {
        print("Connected to " + peer);
    }

    public void received(String client, String payload) {
        print("Received a message from client " + Printable.text(client) + ", payload: " + Printable.text(payload));
    }

    public void responding(String client, String payload) {
        print("Sending a response to client " + Printable.text(client) + ", payload: " + Printable.text(payload));
    }

    private void print(String line) {
        if (out != null) {
            out.println(line);
            out.flush();
        }
    }
}
