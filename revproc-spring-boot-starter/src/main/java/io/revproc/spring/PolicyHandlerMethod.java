package io.revproc.spring;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.revproc.server.AsyncHandler;
import io.revproc.server.Refusal;
import io.revproc.server.Reply;
import io.revproc.server.ServerRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.HandlerMethod;
import org.springframework.messaging.handler.annotation.support.MethodArgumentNotValidException;
import org.springframework.messaging.handler.annotation.support.PayloadMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;
import org.springframework.validation.Validator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A method of a bean that answers messages. Thread-safe, as far as the bean is. */
final class PolicyHandlerMethod implements AsyncHandler {
    private static final String REQUEST = "revproc.request";

    private final Supplier<Object> bean;
    private final Method method;
    private final JsonMapper mapper;
    private final HandlerMethodArgumentResolverComposite arguments = new HandlerMethodArgumentResolverComposite();

    /**
     * @param bean      returns the bean, made when its first message comes if it is lazy
     * @param method    as it can be called on the bean, which may be a proxy
     * @param validator for parameters that say {@code @Valid}; null if there is none
     * @throws PolicyHandlerException if it can't be one that answers messages
     */
    PolicyHandlerMethod(Supplier<Object> bean, Method method, JsonMapper mapper, @Nullable Validator validator) {
        check(method);
        this.bean = bean;
        this.method = method;
        this.mapper = mapper;
        arguments.addResolver(new RequestResolver());
        arguments.addResolver(new PayloadMethodArgumentResolver(new PayloadConverter(mapper), validator, true) {
            // The empty text is a payload like any other.
            @Override
            protected boolean isEmptyPayload(@Nullable Object payload) {
                return payload == null;
            }
        });
    }

    @Override
    public CompletionStage<Reply> handle(ServerRequest request) throws Exception {
        InvocableHandlerMethod call = new InvocableHandlerMethod(new HandlerMethod(bean.get(), method));
        call.setMessageMethodArgumentResolvers(arguments);
        Object result;
        try {
            result = call.invoke(new GenericMessage<>(request.payload(), Map.of(REQUEST, request)));
        } catch (MethodArgumentNotValidException e) {
            throw Refusal.invalid(sentence(e.getBindingResult()));
        }
        return result instanceof CompletionStage<?> later
                ? later.thenApply(this::reply)
                : CompletableFuture.completedFuture(reply(result));
    }

    private Reply reply(@Nullable Object result) {
        return switch (result) {
            case null -> Reply.of("");
            case Reply reply -> reply;
            case String text -> Reply.of(text);
            case byte[] bytes -> Reply.of(bytes);
            default -> {
                try {
                    yield Reply.of(mapper.writeValueAsBytes(result));
                } catch (JacksonException e) {
                    // without Jackson's words, which may hold a value
                    throw new IllegalStateException("a " + result.getClass().getName() + " can't be written as JSON");
                }
            }
        };
    }

    private static String sentence(@Nullable BindingResult errors) {
        return errors == null
                ? "the payload is not valid"
                : "the payload is not valid: " + errors.getAllErrors().stream()
                        .map(error -> error instanceof FieldError field
                                ? field.getField() + " " + field.getDefaultMessage()
                                : String.valueOf(error.getDefaultMessage()))
                        .sorted().collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name(method);
    }

    static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    /** @throws PolicyHandlerException if messages can't be handed to such a method, or its results not be sent */
    private static void check(Method method) {
        long payloads = Stream.of(method.getParameterTypes()).filter(type -> !isContext(type)).count();
        if (payloads > 1) {
            throw new PolicyHandlerException(
                    name(method) + " has " + payloads + " parameters for the payload; one can have"
                            + " it, the others are a MessageContext or a ServerRequest");
        }
        Class<?> result = method.getReturnType();
        if (!CompletionStage.class.isAssignableFrom(result) && (Future.class.isAssignableFrom(result)
                || Flow.Publisher.class.isAssignableFrom(result)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(result) != null)) {
            throw new PolicyHandlerException(name(method) + " returns a " + result.getSimpleName()
                    + "; a result that comes later is a CompletionStage");
        }
    }

    private static boolean isContext(Class<?> type) {
        return type == MessageContext.class || type == ServerRequest.class;
    }

    /** Passes the message's context to the handler. */
    private static final class RequestResolver implements HandlerMethodArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return isContext(parameter.getParameterType());
        }

        @Override
        public @Nullable Object resolveArgument(MethodParameter parameter, Message<?> message) {
            ServerRequest request = (ServerRequest) message.getHeaders().get(REQUEST);
            return request == null || parameter.getParameterType() == ServerRequest.class
                    ? request
                    : MessageContext.of(request);
        }
    }
}
