package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/** The server under test as its checks see it. One thread. */
final class ServerTrial {
    static final String CLIENT = "1327";

    final StandIn proxy;
    final Timing timing;
    final @Nullable Subject subject;
    private final AtomicInteger names = new AtomicInteger();
    private StandIn.Registered registered;

    ServerTrial(StandIn proxy, StandIn.Registered first, Timing timing, @Nullable Subject subject) {
        this.proxy = proxy;
        this.registered = first;
        this.timing = timing;
        this.subject = subject;
    }

    StandIn.Registered registered() {
        return registered;
    }

    /** Takes up a registration that came without being asked for. */
    void refresh() throws InterruptedException {
        for (StandIn.Registered next = proxy.await(0); next != null; next = proxy.await(0)) {
            registered = next;
        }
    }

    boolean mux() {
        return registered.setup().mux();
    }

    void needMux() throws CheckException {
        if (!mux()) {
            throw CheckException.skipped("The server takes one message per connection: no mux in its setup.");
        }
    }

    /** Waits for a new registration, which is the current one from then on. @return how long it took */
    long awaitRegistration(long millis, String after) throws CheckException, InterruptedException {
        long began = System.nanoTime();
        StandIn.Registered next = proxy.await(millis);
        if (next == null) {
            throw CheckException
                    .failed("The server did not register anew within " + millis + " ms after " + after + ".");
        }
        registered = next;
        return (System.nanoTime() - began) / 1_000_000;
    }

    /** A data connection on which nothing was said. */
    Peer connect() throws IOException {
        return proxy.connect(registered.address(), registered.setup().tls());
    }

    static String hello(String lease) {
        return "{\"type\": 7, \"lease\": \"" + lease + "\"}";
    }

    String hello() {
        return hello(registered.lease());
    }

    /** A data connection with its hello. */
    Peer open() throws IOException {
        Peer peer = connect();
        peer.send(hello());
        return peer;
    }

    /** The next name for a message; empty without mux. */
    String name() {
        return mux() ? "\"msgId\": " + names.incrementAndGet() + ", " : "";
    }

    String policy() {
        Ident policy = registered.setup().policy();
        return policy.quoted() ? quote(policy.text()) : policy.text();
    }

    static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** A message for the server's policy; its payload as JSON, with its quotes and escapes. */
    String message(String payload) {
        return message(name(), CLIENT, policy(), payload);
    }

    static String message(String name, String client, String policy, String payload) {
        return "{" + name + "\"type\": 0, \"srcid\": " + client + ", \"privPoliId\": " + policy + ", \"payloadsize\": "
                + (payload.length() - 2) + ", \"payload\": " + payload + "}";
    }

    /** Sends one message over a connection of its own. @return the answer's payload */
    String ask(String payload) throws IOException, CheckException {
        try (Peer peer = open()) {
            String message = message(payload);
            peer.send(message);
            return answer(peer, message).payload();
        }
    }

    /** Waits for the answer to this message, and looks at it. */
    Message.Ack answer(Peer peer, String message) throws IOException, CheckException {
        Peer.Said said = next(peer);
        if (said == null) {
            throw CheckException.failed("The server closed the connection instead of answering.");
        }
        if (said.message() instanceof Message.Refusal refusal) {
            throw CheckException.failed("The server refused the message: " + refusal.code() + ".");
        }
        if (!(said.message() instanceof Message.Ack ack)) {
            throw CheckException.failed("The server answered something else than an ACK (type 2).");
        }
        String name = name(message);
        if (!name.isEmpty() && (ack.msgId() == null || !ack.msgId().text().equals(name))) {
            throw CheckException.failed("The answer does not have the message's msgId.");
        }
        return ack;
    }

    /** The msgId of one of our messages; empty if it has none. */
    static String name(String message) {
        return message.startsWith("{\"msgId\": ") ? message.substring(10, message.indexOf(',')) : "";
    }

    Peer.@Nullable Said next(Peer peer) throws IOException, CheckException {
        try {
            return peer.next(timing.patienceMillis());
        } catch (SocketTimeoutException e) {
            throw CheckException.failed("The server did not answer within " + timing.patience().toMillis() + " ms.");
        }
    }

    /** Fails if an ACK comes. @return whether the connection ended in time */
    boolean endsUnanswered(Peer peer, int millis) throws CheckException {
        long end = System.nanoTime() + millis * 1_000_000L;
        try {
            for (int left = millis; left > 0; left = (int) ((end - System.nanoTime()) / 1_000_000)) {
                Peer.Said said = peer.next(left);
                if (said == null) {
                    return true;
                }
                if (said.message() instanceof Message.Ack) {
                    throw CheckException.failed("The server answered it.");
                }
            }
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // A reset ends a connection as well.
            return true;
        }
    }
}
