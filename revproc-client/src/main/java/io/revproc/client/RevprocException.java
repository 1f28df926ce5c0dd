package io.revproc.client;

/** A message got no reply. {@link RevprocClient} always throws one of the subclasses. */
public abstract class RevprocException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    RevprocException(String sentence, boolean retryable) {
        super(sentence);
        this.retryable = retryable;
    }

    /** The exception is made on the event loop, whose stack is of no use, so it has none until {@link #here}. */
    @Override
    public final synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** Gives it the stack of the thread that waited. */
    RevprocException here() {
        super.fillInStackTrace();
        return this;
    }

    /** Returns whether the same message may be sent again without the risk of being handled twice. */
    public boolean retryable() {
        return retryable;
    }
}
