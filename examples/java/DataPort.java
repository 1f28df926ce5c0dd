import java.io.IOException;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Answers messages, on connections of proxies that say hello with our lease. */
final class DataPort {
    private static final int MAX_AT_ONCE = 256;

    private final Options options;
    private final Predicate<Object> isOurs;
    private final Phaser inHand = new Phaser(1); // messages that are not answered yet

    /** @param isOurs whether a lease is the registration's */
    DataPort(Options options, Predicate<Object> isOurs) {
        this.options = options;
        this.isOurs = isOurs;
    }

    /** Put your code here. Each message has its own virtual thread. */
    private static String work(String payload) {
        return payload.toUpperCase(Locale.ROOT);
    }

    /** Returns when no message is in hand. */
    void awaitAnswers() {
        inHand.arriveAndAwaitAdvance();
    }

    /** One data connection: a hello with our lease, then messages. They are worked on at once and answered in any order. */
    void serve(Socket socket) {
        Semaphore places = new Semaphore(MAX_AT_ONCE); // a peer that does not read its answers is not read from
        try (Wire wire = new Wire(socket)) {
            boolean ours = false;
            for (Map<String, Object> message = wire.next(); message != null; message = wire.next()) {
                if ("7".equals(String.valueOf(message.get("type")))) {
                    ours = becomesOurs(message.get("lease"));
                    if (!ours) { // this address was another server's before: refuse what comes along, then close
                        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(wire::close);
                    }
                    continue;
                }
                places.acquire();
                inHand.register();
                Map<String, Object> question = message;
                boolean mayAsk = ours;
                Thread.ofVirtual().start(() -> {
                    try {
                        wire.send(answer(question, mayAsk));
                    } catch (IOException e) {
                        wire.close(); // this ends its reader
                    } finally {
                        inHand.arriveAndDeregister();
                        places.release();
                    }
                });
            }
            places.acquire(MAX_AT_ONCE); // the peer has ended its side; its messages are still answered
        } catch (IOException e) {
            System.err.println("data connection closed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean becomesOurs(Object lease) throws InterruptedException {
        for (int i = 0; i < 100 && !isOurs.test(lease); i++) {
            Thread.sleep(10); // the hello may overtake the answer to our setup: they come on two connections
        }
        return isOurs.test(lease);
    }

    private Map<String, Object> answer(Map<String, Object> message, boolean ours) {
        if (!ours || !options.policy().equals(String.valueOf(message.get("privPoliId")))) {
            return refusal(message, "This server does not serve this policy", "NOT_SERVED", true);
        }
        if (!"0".equals(String.valueOf(message.get("type"))) || message.get("srcid") == null
                || !(message.get("payload") instanceof String payload)) {
            return refusal(message, "A message has type 0, srcid and payload", "BAD_MESSAGE", false);
        }
        try {
            String done = work(payload);
            return JsonText.message("msgId", message.get("msgId"), "type", 2, "srcid", options.get("id", "1"),
                    "destid", message.get("srcid"), "payloadsize", done.codePointCount(0, done.length()), "payload", done);
        } catch (RuntimeException e) { // costs only this message; it may have been handled in part, so it is not retryable
            return refusal(message, "The server failed", "SERVER_FAILED", false);
        }
    }

    private static Map<String, Object> refusal(Map<String, Object> message, String sentence, String code, boolean retryable) {
        return JsonText.message("msgId", message.get("msgId"), "Error", sentence, "code", code, "retryable", retryable);
    }
}
