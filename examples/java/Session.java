import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A registration that the proxy has accepted: listens to the proxy on a thread of its own. */
final class Session {
    final String lease;
    final int heartbeatMillis;
    private final Wire wire;
    private final Runnable news;
    /** Completes when the server is deregistered, or with the reason why the session ended before. */
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean drained;

    /** The proxy refused. */
    static final class Refused extends IOException {
        final boolean forGood;

        Refused(Map<String, Object> message) {
            super(message.get("Error") + " (" + message.get("code") + ")");
            forGood = Boolean.FALSE.equals(message.get("retryable"));
        }
    }

    /** @param news called from another thread when all is drained, and when the session is over */
    Session(Wire wire, Map<String, Object> accepted, Runnable news) throws IOException {
        this.wire = wire;
        this.news = news;
        lease = String.valueOf(accepted.get("lease"));
        heartbeatMillis = ((Number) accepted.get("heartbeatMs")).intValue();
        // The proxy answers each heartbeat, so silence means a lost lease.
        wire.socket.setSoTimeout(((Number) accepted.get("ttlMs")).intValue());
        Thread.ofVirtual().start(this::hear);
    }

    /** Any Error of the proxy ends the session; what follows is a new lease, or another proxy. */
    static Map<String, Object> checked(Map<String, Object> message) throws IOException {
        if (message == null) {
            throw new EOFException("the proxy hung up");
        }
        if (message.containsKey("Error")) {
            throw new Refused(message);
        }
        return message;
    }

    private void hear() {
        try {
            for (Map<String, Object> message = Map.of(); !message.containsKey("Status");) {
                message = checked(wire.next());
                if (message.get("type") instanceof Long type && type == 4 && message.get("inFlight") instanceof Long n && n == 0) {
                    drained = true;
                    news.run();
                }
            }
            end.complete(null);
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
        news.run();
    }

    boolean drained() {
        return drained;
    }

    boolean over() {
        return end.isDone();
    }

    /** Sends a heartbeat (3), drain (4) or deregister (5). */
    void send(int type) throws IOException {
        wire.send(JsonText.message("type", type, "lease", lease));
    }

    /** Deregisters; if the session is over already, throws why. */
    void leave(int patienceMillis) throws IOException, InterruptedException {
        if (!over()) {
            send(5);
        }
        try {
            end.get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer to the deregister", e);
        }
    }
}
