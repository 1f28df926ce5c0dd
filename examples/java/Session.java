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
    /** Completes when the proxy has let us go, or with what has ended the session before that. */
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean drained;

    /** The proxy said no. */
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
        // Each heartbeat is answered, so silence is a lost lease as well.
        wire.socket.setSoTimeout(((Number) accepted.get("ttlMs")).intValue());
        Thread.ofVirtual().start(this::hear);
    }

    /** Any Error of the proxy ends the session: what is behind it is a new lease, or another proxy. */
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

    /** Says good-bye, unless the session is over; then it says why. */
    void leave(int patienceMillis) throws IOException, InterruptedException {
        if (!over()) {
            send(5);
        }
        try {
            end.get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer to the good-bye", e);
        }
    }
}
