package io.revproc.server;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.revproc.server.answer.Complaints;
import io.revproc.server.answer.Exchange;
import io.revproc.server.answer.Responder;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** Gives each message to the handler of its policy, on the executor. Thread-safe. */
final class Handlers implements Responder {
    private static final String FAILED = "The server failed to handle the message";

    /** A handler of either kind. */
    @FunctionalInterface
    interface Work {
        /** Handles the message and completes the exchange, now or later. */
        void handle(ServerRequest request, Outcome outcome) throws Exception;
    }

    /** Takes what became of a message. */
    interface Outcome {
        void answered(Reply reply);

        void failed(Throwable failure);
    }

    private final Map<Ident, Work> work;
    private final Executor executor;
    private final @Nullable FailureHandler failures;
    private final Complaints complaints = new Complaints(System::nanoTime);

    Handlers(Map<Ident, Work> work, Executor executor, @Nullable FailureHandler failures) {
        this.work = Map.copyOf(work);
        this.executor = executor;
        this.failures = failures;
    }

    static Work of(Handler handler) {
        return (request, outcome) -> outcome.answered(handler.handle(request));
    }

    static Work ofAsync(AsyncHandler handler) {
        return (request, outcome) -> handler.handle(request).whenComplete((reply, failure) -> {
            if (failure != null) {
                outcome.failed(failure);
            } else {
                outcome.answered(reply);
            }
        });
    }

    @Override
    public void respond(Exchange exchange) {
        Work handler = Objects.requireNonNull(work.get(exchange.handledAs()));
        try {
            executor.execute(() -> run(handler, exchange));
        } catch (RejectedExecutionException e) {
            exchange.refuse(ErrorCode.OVERLOADED, "This server can't take the message at the moment");
        }
    }

    private void run(Work handler, Exchange exchange) {
        ServerRequest request = new ServerRequest(exchange);
        Outcome outcome = new Outcome() {
            @Override
            public void answered(@Nullable Reply reply) {
                if (reply == null) {
                    failed(new NullPointerException());
                } else {
                    exchange.answer(reply.payload());
                }
            }

            @Override
            public void failed(Throwable failure) {
                refuse(request, exchange, failure);
            }
        };
        try {
            handler.handle(request, outcome);
        } catch (Throwable e) {
            // an error too: the client must not wait for its deadline
            outcome.failed(e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void refuse(ServerRequest request, Exchange exchange, Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        Refusal refusal = cause instanceof Refusal said ? said : refusal(request, cause);
        exchange.refuse(refusal.code(), refusal.sentence());
    }

    private Refusal refusal(ServerRequest request, Throwable cause) {
        if (failures != null) {
            try {
                return Objects.requireNonNull(failures.refusal(request, cause));
            } catch (Throwable e) {
                // an error too, such as a class that is missing: there is nobody behind it to answer
                complaints.handlerFailed(request.policy(), e);
                return Refusal.failed(FAILED);
            }
        }
        complaints.handlerFailed(request.policy(), cause);
        return Refusal.failed(FAILED);
    }
}
