package io.revproc.spring;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import io.revproc.server.AsyncHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.StringUtils;
import org.springframework.validation.Validator;
import tools.jackson.databind.json.JsonMapper;

/** Finds the methods that answer messages among an application's beans. */
public final class PolicyHandlers {
    private final ConfigurableListableBeanFactory beans;
    private final JsonMapper mapper;
    private final @Nullable Validator validator;

    /** @param validator for parameters that say {@code @Valid}; null if there is none */
    public PolicyHandlers(ConfigurableListableBeanFactory beans, JsonMapper mapper, @Nullable Validator validator) {
        this.beans = beans;
        this.mapper = mapper;
        this.validator = validator;
    }

    /**
     * Returns each policy with the method that answers its messages. Makes no bean that is lazy.
     *
     * @throws PolicyHandlerException with a sentence for a person, if a method can't be one
     */
    public Map<String, AsyncHandler> find() {
        Map<String, AsyncHandler> handlers = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = ScopedProxyUtils.isScopedTarget(name)
                    ? null
                    : AutoProxyUtils.determineTargetClass(beans, name);
            if (type != null && AnnotationUtils.isCandidateClass(type, PolicyHandler.class)) {
                MethodIntrospector.selectMethods(type, PolicyHandlers::isHandler)
                        .forEach(method -> add(handlers, name, method));
            }
        }
        return handlers;
    }

    private static boolean isHandler(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, PolicyHandler.class);
    }

    private void add(Map<String, AsyncHandler> handlers, String bean, Method method) {
        PolicyHandler annotation = Objects
                .requireNonNull(AnnotatedElementUtils.findMergedAnnotation(method, PolicyHandler.class));
        PolicyHandlerMethod handler = new PolicyHandlerMethod(() -> beans.getBean(bean), invocable(bean, method),
                mapper, validator);
        for (String value : annotation.value()) {
            for (String policy : policies(value, handler)) {
                Object other = handlers.putIfAbsent(policy, handler);
                if (other != null && other != handler) {
                    throw new PolicyHandlerException("the policy '" + policy + "' has two handlers, " + other + " and "
                            + handler + "; leave one of them");
                }
            }
        }
    }

    /** Returns the method as it can be called on the bean, which may be a proxy. */
    private Method invocable(String bean, Method method) {
        Class<?> type = beans.getType(bean);
        try {
            return AopUtils.selectInvocableMethod(method, type == null ? method.getDeclaringClass() : type);
        } catch (IllegalStateException e) {
            throw new PolicyHandlerException("@PolicyHandler of " + PolicyHandlerMethod.name(method) + ": the bean '"
                    + bean + "' is a proxy that does not have this method; make it public, and a method of the bean's "
                    + "interface if it has one");
        }
    }

    private Set<String> policies(String value, PolicyHandlerMethod handler) {
        String resolved;
        try {
            resolved = beans.resolveEmbeddedValue(value);
        } catch (IllegalArgumentException e) {
            throw new PolicyHandlerException("@PolicyHandler of " + handler + ": " + e.getMessage());
        }
        Set<String> policies = StringUtils.commaDelimitedListToSet(resolved == null ? "" : resolved.strip());
        if (policies.isEmpty()) {
            throw new PolicyHandlerException("@PolicyHandler of " + handler + " names no policy");
        }
        return policies.stream().map(String::strip).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
