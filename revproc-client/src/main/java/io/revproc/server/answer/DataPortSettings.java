package io.revproc.server.answer;

import java.time.Duration;

import io.revproc.wire.Ident;

/**
 * The settings of the data port.
 *
 * @param id                this server's id
 * @param address           the address to listen on
 * @param port              the port to listen on; 0: any free one
 * @param maxMessageSize    the most bytes of one message, including what the proxy adds to it, and of one answer
 * @param maxPartialPerLoop the most bytes that the incomplete messages of one event loop may hold
 * @param maxConnections    connections over this are closed at once
 * @param highWater         bytes of answers waiting for a peer at which we stop reading its messages
 * @param messageTimeout    how long a message may take from its first byte to its last
 * @param maxInFlight       the most messages that are worked on at once; more are refused, for another server to take
 * @param maxInFlightBytes  the most bytes that their payloads may have together
 * @param addressSetting    what a person changes to have another address
 * @param portSetting       what a person changes to have another port
 */
public record DataPortSettings(Ident id, String address, int port, int maxMessageSize, long maxPartialPerLoop,
        int maxConnections, int highWater, Duration messageTimeout, int maxInFlight, long maxInFlightBytes,
        String addressSetting, String portSetting) {}
