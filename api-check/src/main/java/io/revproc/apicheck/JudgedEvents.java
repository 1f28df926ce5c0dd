package io.revproc.apicheck;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/** Passes a stream of server-sent events on, and ends it at the first event that is not as described. Used by one thread at a time, as HttpClient does. */
final class JudgedEvents<T> implements BodySubscriber<T> {
    private final BodySubscriber<T> receiver;
    private final Function<String, List<String>> judge;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;
    private boolean ended;

    /** @param judge returns what is wrong with an event's data */
    JudgedEvents(BodySubscriber<T> receiver, Function<String, List<String>> judge) {
        this.receiver = receiver;
        this.judge = judge;
    }

    @Override
    public CompletionStage<T> getBody() {
        return receiver.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
        subscription = to;
        receiver.onSubscribe(to);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (ended) {
            return;
        }
        for (ByteBuffer buffer : buffers) {
            ByteBuffer copy = buffer.duplicate();
            while (copy.hasRemaining()) {
                byte next = copy.get();
                if (next != '\n') {
                    line.write(next);
                } else if (!judged()) {
                    return;
                }
            }
        }
        receiver.onNext(buffers);
    }

    /** False if the stream ends here. */
    private boolean judged() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        List<String> faults = text.startsWith("data:") ? judge.apply(text.substring(5)) : List.of();
        if (faults.isEmpty()) {
            return true;
        }
        ended = true;
        if (subscription != null) {
            subscription.cancel();
        }
        receiver.onError(new AssertionError(
                "The event " + text + " is not as docs/openapi.json describes it: " + String.join("; ", faults)));
        return false;
    }

    @Override
    public void onError(Throwable failure) {
        receiver.onError(failure);
    }

    @Override
    public void onComplete() {
        receiver.onComplete();
    }
}
