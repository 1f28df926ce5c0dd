package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.List;

import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.Permit;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way, from the client's connection to an endpoint and back. The listener makes it, the {@link Forwarder}
 * ends it with exactly one of {@link #replied} and {@link #refused}. Belongs to one event loop.
 */
public abstract class Exchange extends Delivery {
    private static final List<Attempt> NONE = List.of();

    /** A server that the message was at, as it was set up then. */
    private record Attempt(Endpoint endpoint, long setupNanos) {
        boolean was(Endpoint other) {
            return endpoint == other && setupNanos == other.setupNanos();
        }
    }

    /** The server's refusal that the client gets if no other server takes the message. */
    record Refusal(ErrorCode code, String sentence, Ident server) {}

    /** The stage of a message. */
    enum Stage {
        /** Not yet given to an endpoint, or between two attempts. */
        NEW,
        /** Waits for a place at an endpoint. */
        WAITING,
        /** Waits for a connection; none of its bytes were handed over. */
        CONNECTING,
        /** Handed over. */
        SENT,
        /** Answered or refused. */
        DONE
    }

    final Permit permit = new Permit();
    final PolicyRoutes routes;
    final long arrivedNanos;
    final int size;
    final boolean idempotent;
    final int key;

    Stage stage = Stage.NEW;
    /** The time at which its stage has lasted too long; while the message waits, the queue's time-out. */
    long deadlineNanos;
    long finalDeadlineNanos;
    long sentNanos;
    /** The time at which its last endpoint had registered. */
    long setupNanos;
    /** The message's bytes, kept only where they may be needed after the turn they came in. */
    byte @Nullable [] message;
    private List<Attempt> tried = NONE;
    /** Whether a server had the message and neither answered nor refused it: it may have been handled. */
    boolean handedOver;
    /** Whether the client's own deadline is shorter than the proxy's. */
    boolean clientsDeadline;
    /** Whether the message is the trial of the endpoint that it is at. */
    boolean trial;
    /** The client does not wait for the answer any more. */
    boolean cancelled;
    /** The client was told that its deadline has passed, and the server still has the message. */
    boolean givenUp;
    /** Whether a connect failed because the proxy had no descriptor or port left. */
    boolean shortOfSockets;
    /** How often a server refused the message. */
    int refusals;
    /** The refusal of the last of these servers; null if there was none. */
    @Nullable
    Refusal refusal;
    /** Whether it is larger than what Part 1 servers get, as it would be sent to them. */
    boolean tooLarge;
    /** Whether a Part 1 server was passed over because the message is too large for it. */
    boolean tooLargeForPart1;

    /** The connection that has it, and its place there. */
    @Nullable
    EndpointConnection connection;
    int slot;

    /** The proxy's place in the message's trace; null if it is not recorded. Written by the {@link ForwardObserver} that traces. */
    private @Nullable Trace trace;

    /** Links of the {@link WaitQueues}: towards the end of the queue, and towards its head. */
    @Nullable
    Exchange waitsBefore;
    @Nullable
    Exchange waitsBehind;

    /** Links of the {@link DeadlineWheel}; a null previous one where it is not in the wheel. */
    @Nullable
    Exchange previous;
    @Nullable
    Exchange next;

    /**
     * @param routes       the policy's routes when the message came
     * @param arrivedNanos when it came, on the scale of {@link System#nanoTime()}
     * @param size         the message's bytes
     * @param key          a hash of the client's id
     */
    protected Exchange(PolicyRoutes routes, long arrivedNanos, int size, boolean idempotent, int key) {
        this.routes = routes;
        this.arrivedNanos = arrivedNanos;
        this.size = size;
        this.idempotent = idempotent;
        this.key = key;
    }

    /** Makes a list head of the wheel. */
    @SuppressWarnings("NullAway") // a list head has no routes, and nobody asks it for them
    Exchange() {
        this(null, 0, 0, false, 0);
    }

    /**
     * Takes the endpoint's answer, without its {@code msgId}: the bytes of the array from {@code from} to {@code cutStart} and from
     * {@code cutEnd} to {@code to}. Valid for the call.
     */
    protected abstract void replied(byte[] bytes, int from, int to, int cutStart, int cutEnd);

    /** Takes the proxy's own answer. */
    protected abstract void refused(ErrorCode code, String sentence);

    /** Takes a server's refusal of this one message: the connection to the client stays, whatever the code. */
    protected void refusedByServer(ErrorCode code, String sentence, Ident server) {
        refused(code, sentence);
    }

    /** Returns the policy that the message names. */
    public Ident policy() {
        return routes.policy();
    }

    @Override
    public @Nullable Ident widened(Endpoint endpoint) {
        return endpoint.spec().alsoServes().isEmpty() || endpoint.spec().policy().equals(policy()) ? null : policy();
    }

    /** Returns what is taken down of the message: as its own policy has it, whoever serves it. */
    public Disclosure disclosure() {
        return routes.load().disclosure();
    }

    @Override
    public boolean recorded() {
        return disclosure().record();
    }

    /** Returns when it came, on the scale of {@link System#nanoTime()}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** Returns when it was handed over for the last time, on the same scale; 0 if it was not. */
    public long sentNanos() {
        return sentNanos;
    }

    /** Returns the message's size, in bytes. */
    public int size() {
        return size;
    }

    /** Returns how many servers were tried in vain. */
    public int failedAttempts() {
        return tried.size();
    }

    /** Returns the client's {@code srcid} as JSON. Shared: not to be changed. */
    public abstract byte[] clientId();

    /** Returns whom the token is about that the client's connection showed, safe to be shown; null if it showed none. */
    public @Nullable String clientSubject() {
        return null;
    }

    /** Returns the span that the message's next hop is to name as its parent; null if there is none. */
    public @Nullable Trace trace() {
        return trace;
    }

    public void trace(Trace recorded) {
        trace = recorded;
    }

    /** Returns whether the message was at this server. One that was set up anew since is another one. */
    boolean tried(Endpoint endpoint) {
        for (int i = 0; i < tried.size(); i++) {
            if (tried.get(i).was(endpoint)) {
                return true;
            }
        }
        return false;
    }

    void addTried(Endpoint endpoint) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>(2);
        }
        tried.add(new Attempt(endpoint, setupNanos));
    }

    /** Returns whether there are servers that this message may not go to although others may. */
    boolean isRestricted() {
        return !tried.isEmpty() || tooLarge;
    }

    /** Returns whether both may go to the same servers. */
    boolean mayGoWhere(Exchange other) {
        return tooLarge == other.tooLarge && tried.equals(other.tried);
    }

    /**
     * Lets the next message be the trial of the endpoint, if this one was to be it.
     *
     * @param next when a trial is due
     */
    void giveBackTrial(Endpoint endpoint, long next) {
        if (!trial) {
            return;
        }
        trial = false;
        if (endpoint.onTrial()) {
            endpoint.trialAt(next);
            routes.load().trials().refund();
        }
    }

    /** Returns the message's bytes, which were kept. */
    byte[] kept() {
        byte[] bytes = message;
        if (bytes == null) {
            throw new IllegalStateException("a message that may be sent later is kept");
        }
        return bytes;
    }
}
