package io.revproc.spring;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;

import org.springframework.core.ResolvableType;

/** The result type of a handler method, also if it answers later. */
final class ResultOf {
    private ResultOf() {}

    static ResolvableType method(Method method) {
        ResolvableType type = ResolvableType.forMethodReturnType(method);
        ResolvableType later = type.as(CompletionStage.class);
        return later == ResolvableType.NONE ? type : later.getGeneric(0);
    }
}
