package io.revproc.cli.server;

import java.io.IOException;

import io.revproc.wire.Message;
import io.revproc.wire.PayloadDigest;

/** Answers a message: makes the payload of its ACK. */
@FunctionalInterface
public interface Answerer {
    /** As the contract has it. */
    Answerer SHA_1 = message -> PayloadDigest.of(message.payload());

    /** @throws IOException if there is no answer; the connection is closed then */
    String answer(Message.Data message) throws IOException;
}
