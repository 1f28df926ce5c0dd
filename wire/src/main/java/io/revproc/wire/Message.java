package io.revproc.wire;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The messages of the protocol, Part 1 and Part 2. The proxy's data path does not build these: it reads the routing fields
 * with {@link MessageScanner} and forwards bytes. Setups, sessions, servers and clients use them, by {@link MessageCodec}.
 */
public sealed interface Message {
    /**
     * Type 0, client → proxy → server.
     *
     * @param payloadSize the payload's characters as the sender counted them; -1 if it did not say
     * @param msgId       the client's name for this message, echoed in its answer; null if replies come in order
     * @param idempotent  whether it may be handled twice, so that it may be sent again
     * @param deadline    how long the client waits; null: the proxy's own deadline
     * @param traceparent W3C trace context; null if there is none
     * @param receipt     whether the client wants a signed receipt in the ACK
     */
    record Data(Ident srcId, Ident policy, int payloadSize, String payload, @Nullable Ident msgId, boolean idempotent,
            @Nullable Duration deadline, @Nullable String traceparent, boolean receipt) implements Message {
        /** A message of the seed's kind. */
        public static Data of(Ident srcId, Ident policy, String payload) {
            return new Data(srcId, policy, payload.codePointCount(0, payload.length()), payload, null, false, null,
                    null, false);
        }
    }

    /**
     * Type 1, server → proxy: serve this policy. With {@code proto} 2 it opens a registration session.
     *
     * @param listenPort  the server's data port, 1 to 65535
     * @param proto       1 or 2
     * @param mux         whether the server takes many messages on one connection, told apart by {@code msgId}
     * @param weight      its share of the policy's messages, 1 to 1000
     * @param zone        where it runs; null if it did not say
     * @param maxInFlight the most messages it wants at once; 0 if it did not say
     * @param token       the secret that allows the registration; null if it has none
     * @param tls         whether its data port speaks TLS
     * @param statement   what it says of its processing
     */
    record Setup(Ident id, Ident policy, int listenPort, int proto, boolean mux, int weight, @Nullable String zone,
            int maxInFlight, @Nullable String token, boolean tls, Statement statement) implements Message {
        /** A setup that says nothing of its processing. */
        public Setup(Ident id, Ident policy, int listenPort, int proto, boolean mux, int weight, @Nullable String zone,
                int maxInFlight, @Nullable String token, boolean tls) {
            this(id, policy, listenPort, proto, mux, weight, zone, maxInFlight, token, tls, Statement.NONE);
        }

        /** A setup of the seed's kind. */
        public static Setup part1(Ident id, Ident policy, int listenPort) {
            return new Setup(id, policy, listenPort, 1, false, 1, null, 0, null, false);
        }

        /** Returns this setup with another statement. */
        public Setup stating(Statement other) {
            return new Setup(id, policy, listenPort, proto, mux, weight, zone, maxInFlight, token, tls, other);
        }

        /** Without the token: this may end in a log. */
        @Override
        public String toString() {
            return "Setup[id=" + id + ", policy=" + policy + ", listenPort=" + listenPort + ", proto=" + proto
                    + ", mux="
                    + mux + "]";
        }

        /**
         * A server's statement on its processing of a policy's messages.
         *
         * @param region   where it processes them, an ISO 3166 code or another label; null if it did not say
         * @param purposes what it processes them for; empty if it did not say
         * @param wider    whether it takes messages of wider policies that the proxy names in its answer, and knows them by their policy
         * @param evidence a signed token that proves who it is, or where; null if it has none
         */
        public record Statement(@Nullable String region, List<String> purposes, boolean wider,
                @Nullable String evidence) {
            /** Says nothing. */
            public static final Statement NONE = new Statement(null, List.of());

            /** Makes the statement of a server that takes only messages of its own policy, and proves nothing. */
            public Statement(@Nullable String region, List<String> purposes) {
                this(region, purposes, false, null);
            }

            /** Without the evidence: this may end in a log. */
            @Override
            public String toString() {
                return "Statement[region=" + region + ", purposes=" + purposes + ", wider=" + wider + "]";
            }

            public Statement {
                purposes = List.copyOf(purposes);
            }
        }
    }

    /**
     * The answer to a setup. To a Part 1 server it carries the {@code Status} alone.
     *
     * @param session what the session of a {@code proto} 2 server needs; null for Part 1
     */
    record SetupAccepted(@Nullable Session session) implements Message {
        /** The status line of the seed. */
        public static final String STATUS = "Successfully setup with reverse proxy";

        /**
         * @param lease     opaque id, to be shown with every message of the session
         * @param heartbeat how often to send a {@link Heartbeat}
         * @param ttl       after this long without one the server is not alive
         * @param alsoServes the wider policies whose messages may come under this lease too; only for a server that takes them
         */
        public record Session(String lease, Duration heartbeat, Duration ttl, List<String> alsoServes) {
            public Session {
                alsoServes = List.copyOf(alsoServes);
            }

            /** Of a lease for its own policy alone. */
            public Session(String lease, Duration heartbeat, Duration ttl) {
                this(lease, heartbeat, ttl, List.of());
            }
        }
    }

    /**
     * Type 2, server → proxy → client.
     *
     * @param payload the lower-case hexadecimal SHA-1 of the client's payload
     * @param msgId   the number by which a mux server and the proxy, or the name by which a client, tells answers apart
     * @param receipt a receipt, if the client asked for one
     */
    record Ack(Ident srcId, Ident destId, int payloadSize, String payload, @Nullable Ident msgId,
            @Nullable String receipt) implements Message {
        public static Ack of(Ident srcId, Ident destId, String payload, @Nullable Ident msgId) {
            return new Ack(srcId, destId, payload.codePointCount(0, payload.length()), payload, msgId, null);
        }
    }

    /**
     * Type 3, server → proxy.
     *
     * @param evidence a signed token in place of the one that it registered with, which will end; null: nothing new
     */
    record Heartbeat(String lease, @Nullable String evidence) implements Message {
        /** One that renews the lease alone. */
        public Heartbeat(String lease) {
            this(lease, null);
        }

        /** Without lease and evidence: this may end in a log. */
        @Override
        public String toString() {
            return "Heartbeat[]";
        }
    }

    /**
     * Type 3, proxy → server.
     *
     * @param evidence what became of the heartbeat's evidence, {@link #RENEWED} or {@link #REFUSED}; null if it had none
     */
    record HeartbeatSeen(@Nullable String evidence) implements Message {
        /** The lease goes on for as long as the new evidence does. */
        public static final String RENEWED = "renewed";
        /** The lease ends with the evidence before. */
        public static final String REFUSED = "refused";

        /** The answer to one without evidence. */
        public HeartbeatSeen() {
            this(null);
        }
    }

    /** Type 4, server → proxy: no new messages to me, I finish what I have. */
    record Drain(String lease) implements Message {}

    /** Type 4, proxy → server: how many messages the server still has; sent again when it reaches 0. */
    record Draining(int inFlight) implements Message {}

    /** Type 5, server → proxy. */
    record Deregister(String lease) implements Message {}

    /** The answer to {@link Deregister}. */
    record Deregistered() implements Message {
        public static final String STATUS = "Deregistered";
    }

    /** Type 6, proxy → server, not answered. */
    record Notice(Event event) implements Message {
        /** On the wire in lower case. */
        public enum Event {
            SHUTDOWN, MAINTENANCE, RESUMED,
            /** The wider policies that the server may get are others now: it hears which once it sets up again. Only for one that takes them. */
            RENEW
        }
    }

    /** Type 7, the first message of a mux data connection: the peer is the proxy that gave this lease. */
    record Hello(String lease) implements Message {}

    /**
     * Type 8, client → proxy: who sends on this connection. Another one takes the place of the one before.
     *
     * @param token a signed token that somebody vouches with
     * @param msgId the client's name for this message, echoed in its answer; null if replies come in order
     */
    record Introduction(String token, @Nullable Ident msgId) implements Message {
        /** The {@code type} of it and of its answer. */
        public static final int TYPE = 8;

        /** Without the token: this may end in a log. */
        @Override
        public String toString() {
            return "Introduction[msgId=" + msgId + "]";
        }
    }

    /**
     * Type 8, proxy → client: the token was taken.
     *
     * @param ttl   for how long it counts, a day at most; null: no policy here asks clients for a token, and it was not looked at
     * @param msgId the client's, if it gave one
     */
    record Introduced(@Nullable Duration ttl, @Nullable Ident msgId) implements Message {
        /** The longest time that is said. */
        public static final Duration MAX_TTL = Duration.ofDays(1);
    }

    /**
     * The proxy's answer to a message it did not get answered.
     *
     * @param sentence for a person; on the wire under the key {@code Error}, which comes first
     * @param msgId    the client's, if it gave one
     * @param part1    whether the fields that keep old clients from crashing follow: {@code type} -1, {@code srcid} "proxy",
     *                 {@code destid} {@code destId}, {@code payloadsize}, a {@code payload} with the sentence
     * @param destId   the client's id, if known
     */
    record Refusal(ErrorCode code, String sentence, @Nullable Ident msgId, boolean part1,
            @Nullable Ident destId) implements Message {
        public static Refusal of(ErrorCode code, @Nullable Ident msgId) {
            return new Refusal(code, code.sentence(), msgId, false, null);
        }
    }
}
