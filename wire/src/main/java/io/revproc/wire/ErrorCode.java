package io.revproc.wire;

/**
 * Why the proxy refused a message. The name is the {@code code} on the wire; whether the connection is kept is part of the
 * contract with the clients.
 */
public enum ErrorCode {
    /** No server is registered for the policy. The sentence is the seed's, old clients show it. */
    NO_SERVER(true, false, "No server currently serving this privacy policy"),
    /** Only declared policies are allowed here, and this is none of them. */
    UNKNOWN_POLICY(false, false, "This privacy policy is not declared here"),
    /** Only from a server: the message is for a policy that it does not serve. None of it was handled. */
    NOT_SERVED(true, false, "The server does not serve this privacy policy"),
    /** Servers are registered for the policy, none of them is alive. */
    NO_LIVE_SERVER(true, false, "No server of this privacy policy is alive at the moment"),
    /** Every server of the policy is at its in-flight limit and the wait queue is full or timed out. */
    OVERLOADED(true, false, "All servers of this privacy policy are busy"),
    /** The deadline passed without an ACK; the server may have handled the message. */
    TIMEOUT(false, false, "The server did not answer in time; it may have handled the message"),
    /** The server broke the connection, or broke the protocol, after it had the message. */
    SERVER_FAILED(false, false, "The server failed after it had received the message"),
    /** Not JSON, not an object, or a routing field is missing, duplicate or of the wrong kind. */
    BAD_MESSAGE(false, false, "The message is not valid"),
    /** Over the message size limit. */
    TOO_LARGE(false, true, "The message is over the size limit"),
    /** The setup, or the client, is not allowed for this policy. */
    NOT_ALLOWED(false, true, "Not allowed for this privacy policy"),
    /** A setup: a live server has this policy and id, at another address or port. */
    ID_TAKEN(true, false, "A live server has this policy and id at another address or port"),
    /** The client is over its rate. */
    RATE_LIMITED(true, false, "Too many messages; slow down"),
    /** The proxy is draining. */
    SHUTTING_DOWN(true, true, "The reverse proxy is shutting down");

    private final boolean retryable;
    private final boolean closing;
    private final String sentence;

    ErrorCode(boolean retryable, boolean closing, String sentence) {
        this.retryable = retryable;
        this.closing = closing;
        this.sentence = sentence;
    }

    /** Returns whether the same message may be sent again without the risk of being handled twice. */
    public boolean retryable() {
        return retryable;
    }

    /**
     * Returns whether the connection is closed after this refusal of a message without a {@code msgId}. With one the connection stays
     * wherever the framing is intact, but for {@link #SHUTTING_DOWN}. A {@link #BAD_MESSAGE} that lost the framing closes it too; only
     * the framer knows.
     */
    public boolean closing() {
        return closing;
    }

    /**
     * Returns the code of this name, {@link #SERVER_FAILED} if there is none: what a refusal of a server newer than us means is
     * unknown, so its message is not to be sent again unasked.
     */
    public static ErrorCode of(String name) {
        for (ErrorCode code : values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return SERVER_FAILED;
    }

    /** Returns the sentence for people if there is no more exact one. */
    public String sentence() {
        return sentence;
    }
}
