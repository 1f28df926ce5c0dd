package io.revproc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Marks the method of a bean that answers the messages of one or several policies. The application registers with the proxy for each
 * of them.
 *
 * <pre>{@code
 * @PolicyHandler("PP_1")
 * Receipt place(@Payload @Valid Order order, MessageContext context) { … }
 * }</pre>
 *
 * <p>The method is called for several messages at once, by default each on a virtual thread of its own, so it may block.
 *
 * <p><b>Parameters</b>, each optional, in any order: one for the payload (a {@code String}, a {@code byte[]}, or any type that the
 * application's {@code JsonMapper} reads; {@code @Payload} may say which one it is, {@code @Valid} has it validated),
 * {@link MessageContext}, {@link io.revproc.server.ServerRequest}.
 *
 * <p><b>Result:</b> a {@code String}, a {@code byte[]} of UTF-8, an {@link io.revproc.server.Reply}, any type that the
 * {@code JsonMapper} writes, or a {@code CompletionStage} of one of these. {@code void} and null are the empty payload.
 *
 * <p><b>Failures:</b> a payload that can't be read or is not valid is refused as {@code BAD_MESSAGE}. A
 * {@link io.revproc.server.Refusal} that is thrown is what the client gets; any other exception is {@code SERVER_FAILED}, or what a bean
 * of type {@link io.revproc.server.FailureHandler} makes of it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective(PolicyHandlerHints.class)
public @interface PolicyHandler {
    /** Returns the policies; placeholders such as <code>${orders.policy}</code> are replaced, and may hold a comma list. */
    String[] value();
}
