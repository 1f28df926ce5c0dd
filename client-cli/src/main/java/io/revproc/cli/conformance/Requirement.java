package io.revproc.cli.conformance;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The protocol's requirements on a server (S) and a client (C), with the numbers and words of docs/protocol.md. */
public enum Requirement {
    S1("The setup is one message of type 1 with proto 2, id, privPolyId and listenport."),
    S2("The data port takes connections before the setup is sent."),
    S3("A message is read whole, however its bytes are cut into reads."),
    S4("All messages of one read are read, with white space between them or without."),
    S5("An answer has type 2, the server's id as srcid, the message's srcid as destid, and a payload; with mux the msgId as its first key."),
    S6("With mux, each of many messages in flight is answered once, in any order, with its own msgId."),
    S7("Text is UTF-8: an escape means its character, and an answer is valid JSON whatever its payload holds."),
    S8("Numbers may come as strings, ids as either, keys in any order; unknown keys are passed over."),
    S9("A message of 1 MiB is answered, or refused by its msgId, and the connection goes on."),
    S10("A connection whose hello shows a lease that is not one's own is closed; nothing on it is answered."),
    S11("A message that comes without a hello is not answered."),
    S12("A message for another policy than the lease's is refused with NOT_SERVED, retryable; the connection goes on."),
    S13("A connection that ends early, or brings no JSON, harms no other."),
    S14("A proxy that closes its half of a connection still gets the answers."),
    S15("A heartbeat with the lease goes out every heartbeatMs."),
    S16("A notice (type 6) is not answered and ends nothing."),
    S17("After any Error to a heartbeat the server registers anew."),
    S18("After the end of its session the server registers anew."),
    S19("After ttlMs without a word of the proxy the server registers anew."),
    S20("After a refused setup the server tries again, with a pause."),
    S21("On SIGTERM the server sends a drain (type 4) and answers what still comes, until the proxy says inFlight 0."),
    S22("Then it deregisters (type 5) and ends."),
    C1("A message has type 0, srcid, privPoliId and a payload that is a string."),
    C2("An answer is read whole, however its bytes are cut into reads."),
    C3("White space around an answer is passed over, and answers in one read are all read."),
    C4("An answer of 1 MiB is read whole."),
    C5("Text is UTF-8: an escape means its character."),
    C6("Unknown keys of an answer are passed over."),
    C7("A refusal is no answer; one that is not retryable is not sent again."),
    C8("A retryable refusal is no answer; it is sent again, if at all, after a pause."),
    C9("A message whose connection ends before the answer is not sent again, unless it is idempotent."),
    C10("Half an answer is no answer."),
    C11("A client does not wait for ever.");

    private final String text;

    Requirement(String text) {
        this.text = text;
    }

    /** Returns the requirement in one sentence. */
    public String text() {
        return text;
    }

    private boolean ofServers() {
        return compareTo(C1) < 0;
    }

    /** All that a server, or a client, is asked. */
    public static Set<Requirement> all(boolean ofServers) {
        return Arrays.stream(values()).filter(each -> each.ofServers() == ofServers)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Requirement.class)));
    }
}
