package io.revproc.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Set;

import io.revproc.server.Reply;
import io.revproc.server.ServerRequest;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.ReflectiveProcessor;
import org.springframework.core.ResolvableType;

/** Tells ahead-of-time compilers that handler methods are called, and their payloads and results bound, by reflection. */
final class PolicyHandlerHints implements ReflectiveProcessor {
    /** Types that are never read from or written as JSON. */
    private static final Set<Class<?>> OURS = Set.of(MessageContext.class, ServerRequest.class, Reply.class);

    private final BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();

    @Override
    public void registerReflectionHints(ReflectionHints hints, AnnotatedElement element) {
        if (element instanceof Method method) {
            hints.registerMethod(method, ExecutableMode.INVOKE);
            for (Parameter parameter : method.getParameters()) {
                bind(hints, parameter.getParameterizedType());
            }
            bind(hints, ResultOf.method(method).getType());
        }
    }

    private void bind(ReflectionHints hints, Type type) {
        Class<?> raw = ResolvableType.forType(type).toClass();
        if (!raw.isPrimitive() && !raw.getName().startsWith("java.") && !OURS.contains(raw)) {
            binding.registerReflectionHints(hints, type);
        }
    }
}
