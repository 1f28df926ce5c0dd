package io.revproc.proxy.listener;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages on one connection: forwards those that have a policy, and refuses what can't be forwarded. Belongs to the
 * connection's event loop.
 */
final class ClientRequests {
    private static final byte[] NONE = new byte[0];

    private final ListenerLoop loop;
    private final ConnectedPeer peer;
    private final MessageFramer framer;
    private final ReplyQueue replies;
    private final PeerConnection connection;

    ClientRequests(ListenerLoop loop, ConnectedPeer peer, MessageFramer framer, ReplyQueue replies,
            PeerConnection connection) {
        this.loop = loop;
        this.peer = peer;
        this.framer = framer;
        this.replies = replies;
        this.connection = connection;
    }

    /** Takes a data message, which was just polled from the framer. */
    void data(byte[] bytes, int from, int to, MessageScanner scanner) {
        MessageFields fields = scanner.fields();
        String problem = scanner.dataProblem();
        if (problem != null) {
            refuse(ErrorCode.BAD_MESSAGE, problem);
            return;
        }
        loop.observer.received(bytes, from, to);
        if (loop.draining()) {
            refuse(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
            connection.leaveSoon();
            return;
        }
        PolicyRoutes routes = loop.table.routes().find(fields.policyArray(), fields.policyStart(), fields.policyEnd());
        if ((routes == null || routes.nobody()) && unknown(fields)) {
            return;
        }
        if (loop.rules != null && !admitted(loop.rules, routes, fields)) {
            return;
        }
        if (routes == null) {
            refuse(unserved(fields), ErrorCode.NO_SERVER, ErrorCode.NO_SERVER.sentence());
            loop.observer.unforwarded(ErrorCode.NO_SERVER);
            return;
        }
        if (loop.tokens != null && fields.hasToken()) {
            withoutToken(routes, bytes, from, to, fields);
        } else {
            forward(routes, bytes, from, to, fields);
        }
    }

    /** A token is for this proxy alone. */
    private void withoutToken(PolicyRoutes routes, byte[] bytes, int from, int to, MessageFields fields) {
        fields.cutToken(bytes);
        byte[] rest = new byte[to - from - (fields.cutEnd() - fields.cutStart())];
        int before = fields.cutStart() - from;
        System.arraycopy(bytes, from, rest, 0, before);
        System.arraycopy(bytes, fields.cutEnd(), rest, before, rest.length - before);
        loop.plain.scan(rest, 0, rest.length);
        forward(routes, rest, 0, rest.length, loop.plain.fields());
    }

    private void forward(PolicyRoutes routes, byte[] bytes, int from, int to, MessageFields fields) {
        byte[] srcId = Arrays.copyOfRange(bytes, fields.srcIdStart(), fields.srcIdEnd());
        ClientExchange exchange = new ClientExchange(replies, routes, loop.context.now(), to - from,
                fields.idempotent(), Arrays.hashCode(srcId), msgId(bytes, fields), srcId, peer.subject());
        replies.add(exchange);
        loop.forwarder.forward(exchange, bytes, from, to, fields, fields.deadlineMillis());
    }

    /** Returns the message's policy if it had a server once: its refusals are counted under its name. Null for any other. */
    private @Nullable PolicyRoutes unserved(MessageFields fields) {
        return loop.table.routes().unserved(fields.policyArray(), fields.policyStart(), fields.policyEnd());
    }

    /** Returns whether the policy has to be declared, and is not: then the message is refused. */
    private boolean unknown(MessageFields fields) {
        UnknownPolicies unknown = loop.unknown;
        if (unknown == null || !unknown.mayRefuse()
                || !unknown.refuses(policyText(fields), peer.address().getAddress())) {
            return false;
        }
        refuse(ErrorCode.UNKNOWN_POLICY, ErrorCode.UNKNOWN_POLICY.sentence());
        loop.observer.unforwarded(ErrorCode.UNKNOWN_POLICY);
        return true;
    }

    private static String policyText(MessageFields fields) {
        return new String(fields.policyArray(), fields.policyStart(), fields.policyEnd() - fields.policyStart(),
                StandardCharsets.UTF_8);
    }

    /** Returns whether the policy's rule lets the message in; if not, it is refused. */
    private boolean admitted(ClientRules rules, @Nullable PolicyRoutes routes, MessageFields fields) {
        String policy = routes != null ? routes.policy().text() : policyText(fields);
        ClientRefusal refusal = rules.refusal(policy, routes != null, peer.identity(), loop.context.now());
        if (refusal == null) {
            return true;
        }
        refuse(routes, refusal.code(), refusal.sentence());
        loop.observer.unforwarded(refusal.code());
        closeFor(refusal.code(), fields);
        return false;
    }

    /** Ends the connection of a message that was refused so, if the code asks for that. */
    void closeFor(ErrorCode code, MessageFields fields) {
        // The others on the connection of a message with a name may be of policies that this client may use.
        if (code.closing() && !fields.hasMsgId()) {
            connection.closeAfterReplies();
        }
    }

    /** Refuses what is no message, as the framer found it. */
    void unreadable(MessageFramer.Event event) {
        if (event == MessageFramer.Event.TOO_LARGE) {
            malformed(ErrorCode.TOO_LARGE, "A message has at most " + loop.settings.maxMessageBytes() + " bytes");
        } else {
            malformed(ErrorCode.BAD_MESSAGE, framer.reason());
        }
        if (event != MessageFramer.Event.BAD_MESSAGE) {
            // where the next message begins is not known
            connection.closeAfterReplies();
        }
    }

    /** Refuses what is no whole message. A setup that went wrong is what somebody will look for in the log. */
    private void malformed(ErrorCode code, String sentence) {
        MessageScanner scanner = framer.scanner();
        if (scanner.fields().start() == framer.start() && scanner.type() == 1) {
            loop.registrar.malformed(peer.address().getAddress(), sentence);
        }
        refuse(code, sentence);
    }

    /** Refuses what has begun and is not complete, and closes: the framing is lost with it. */
    void incomplete(Reading reading, ErrorCode code, String sentence) {
        int bytes = framer.waiting();
        reading.drop();
        loop.tally.refused(code);
        loop.forwarder.observer().refused(new RefusedMessage(peer.address(), null, NONE, NONE, code, bytes));
        replies.answer(Refusals.of(code, sentence, NONE, NONE));
        connection.closeAfterReplies();
    }

    /** Refuses the message that was just polled, with what is known of it. */
    void refuse(ErrorCode code, String sentence) {
        refuse(null, code, sentence);
    }

    /** @param routes its policy's, where it counts; null if it was given to none */
    private void refuse(@Nullable PolicyRoutes routes, ErrorCode code, String sentence) {
        if (routes == null) {
            loop.tally.refused(code);
        } else {
            routes.load().countRefused(code);
        }
        MessageFields fields = framer.scanner().fields();
        boolean known = code != ErrorCode.TOO_LARGE && fields.start() == framer.start();
        byte[] srcId = known && fields.srcIdStart() >= 0
                ? Arrays.copyOfRange(framer.array(), fields.srcIdStart(), fields.srcIdEnd())
                : NONE;
        byte[] msgId = known ? msgId(framer.array(), fields) : NONE;
        String policy = known && fields.policyStart() >= 0 ? framer.scanner().policyText() : null;
        loop.forwarder.observer().refused(new RefusedMessage(peer.address(), policy, srcId,
                known ? traceparent(framer.array(), fields) : NONE, code, framer.end() - framer.start(),
                policy == null ? Disclosure.ALL : loop.disclosures.apply(policy)));
        byte[] refusal = Refusals.of(code, sentence, msgId, srcId);
        if (msgId.length == 0) {
            replies.answer(refusal);
        } else {
            replies.answerAtOnce(refusal);
        }
    }

    private static byte[] traceparent(byte[] bytes, MessageFields fields) {
        return fields.traceparentStart() < 0
                ? NONE
                : Arrays.copyOfRange(bytes, fields.traceparentStart(), fields.traceparentEnd());
    }

    private static byte[] msgId(byte[] bytes, MessageFields fields) {
        return fields.hasMsgId() ? Arrays.copyOfRange(bytes, fields.msgIdStart(), fields.msgIdEnd()) : NONE;
    }
}
