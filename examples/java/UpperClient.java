import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Map;

/** Sends one message and prints the answer's payload. Ends with 0, or 1 refused, 2 wrong usage, 3 could not connect, 4 timed out. */
final class UpperClient {
    private UpperClient() {}

    public static void main(String[] args) {
        Options options = Options.parse(args);
        int timeoutMillis = (int) (Double.parseDouble(options.get("timeout", "10")) * 1_000);
        try (Wire wire = connect(options, timeoutMillis)) {
            String payload = options.get("payload", "");
            wire.send(JsonText.message("msgId", 1, "type", 0, "srcid", options.get("id", "1"), "privPoliId", options.policy(),
                    "payloadsize", payload.codePointCount(0, payload.length()), "payload", payload,
                    "deadlineMs", Math.max(1, timeoutMillis)));
            // Wait a second longer than the proxy: its TIMEOUT refusal says more than silence.
            wire.socket.setSoTimeout(timeoutMillis + 1_000);
            show(answerTo(1L, wire));
        } catch (SocketTimeoutException e) {
            end(4, "no answer in time; the message may have been handled: do not send it again unless that does no harm");
        } catch (IOException e) {
            end(1, "the connection broke before the answer (" + e.getMessage() + "); the message may have been handled");
        }
    }

    private static Wire connect(Options options, int timeoutMillis) {
        try {
            return Wire.connect(options.proxy(), options.tls(), timeoutMillis);
        } catch (IOException e) {
            return end(3, "cannot connect to " + options.proxy() + ": " + e.getMessage());
        }
    }

    /** Replies with a msgId come as soon as they are ready, in any order. A refusal of an unreadable message has no msgId. */
    private static Map<String, Object> answerTo(Object msgId, Wire wire) throws IOException {
        for (Map<String, Object> message = wire.next(); message != null; message = wire.next()) {
            if (msgId.equals(message.get("msgId")) || message.containsKey("Error") && !message.containsKey("msgId")) {
                return message;
            }
        }
        throw new IOException("the proxy hung up");
    }

    private static void show(Map<String, Object> answer) {
        if (!answer.containsKey("Error")) {
            System.out.println(answer.get("payload"));
            return;
        }
        String again = Boolean.TRUE.equals(answer.get("retryable"))
                ? "nothing was done with it, send it again later"
                : "do not send it again as it is";
        end("TIMEOUT".equals(answer.get("code")) ? 4 : 1,
                "refused: " + answer.get("Error") + " (" + answer.get("code") + "): " + again);
    }

    private static Wire end(int exitCode, String sentence) {
        System.err.println(sentence);
        System.exit(exitCode);
        throw new AssertionError("unreachable");
    }
}
