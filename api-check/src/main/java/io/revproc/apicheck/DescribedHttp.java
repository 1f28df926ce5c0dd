package io.revproc.apicheck;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The HTTP client of tests. Every answer below {@code /admin/} has to be as the description says, or the test fails. The events of a stream are judged
 * as they come, and one that is not as described ends the stream. Thread-safe.
 */
public final class DescribedHttp {
    private static final Flow.Subscription NONE = new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };

    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiDescription description;

    private DescribedHttp(ApiDescription description) {
        this.description = description;
    }

    /** Makes a client that holds answers against this description, a file with OpenAPI in JSON. */
    public static DescribedHttp by(Path description) {
        return new DescribedHttp(ApiDescription.read(description));
    }

    /**
     * Sends a request and waits for the answer.
     *
     * @throws AssertionError if the answer is not as described
     */
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        String path = request.uri().getRawPath();
        if (!path.startsWith("/admin/")) {
            return http.send(request, handler);
        }
        AtomicReference<List<String>> faults = new AtomicReference<>(List.of());
        HttpResponse<T> response = http.send(request, info -> judged(request.method(), path, info, handler, faults));
        if (!faults.get().isEmpty()) {
            throw new AssertionError(
                    request.method() + " " + request.uri() + " was answered by " + response.statusCode()
                            + " " + response.body() + ", not as docs/openapi.json describes it: "
                            + String.join("; ", faults.get()));
        }
        return response;
    }

    private <T> BodySubscriber<T> judged(String method, String path, ResponseInfo info, BodyHandler<T> handler,
            AtomicReference<List<String>> faults) {
        Answer head = new Answer(method, path, info.statusCode(), info.headers(), new byte[0]);
        if (head.type().equals(ApiDescription.EVENTS)) {
            faults.set(description.faults(head));
            return new JudgedEvents<>(handler.apply(info), data -> description.eventFaults(path, data));
        }
        return BodySubscribers.mapping(BodySubscribers.ofByteArray(), body -> {
            faults.set(description.faults(new Answer(method, path, info.statusCode(), info.headers(), body)));
            return replayed(body, handler.apply(info));
        });
    }

    /** What the caller's own handler makes of the body. */
    private static <T> T replayed(byte[] body, BodySubscriber<T> subscriber) {
        subscriber.onSubscribe(NONE);
        subscriber.onNext(List.of(ByteBuffer.wrap(body)));
        subscriber.onComplete();
        return subscriber.getBody().toCompletableFuture().join();
    }
}
