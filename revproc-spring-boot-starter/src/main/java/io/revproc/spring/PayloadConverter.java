package io.revproc.spring;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

import io.revproc.server.Refusal;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.SmartMessageConverter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

/** Reads the payload's bytes as what a handler's parameter wants. */
final class PayloadConverter implements SmartMessageConverter {
    private final JsonMapper mapper;

    PayloadConverter(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public Object fromMessage(Message<?> message, Class<?> target, @Nullable Object hint) {
        byte[] payload = (byte[]) message.getPayload();
        if (target == String.class || target == CharSequence.class) {
            return new String(payload, StandardCharsets.UTF_8);
        }
        Type type = hint instanceof MethodParameter parameter
                ? GenericTypeResolver.resolveType(parameter.getGenericParameterType(), parameter.getContainingClass())
                : target;
        try {
            Object read = mapper.readValue(payload, mapper.constructType(type));
            if (read == null) {
                throw Refusal.invalid("the payload is null, but " + target.getSimpleName() + " is expected");
            }
            return read;
        } catch (InvalidDefinitionException e) {
            // A mistake of the application, not of whoever sends; Jackson's words hold a type, no value.
            throw new IllegalStateException("no payload can be read as " + target.getName() + ": "
                    + e.getOriginalMessage());
        } catch (JacksonException e) {
            throw Refusal.invalid("the payload can't be read as " + target.getSimpleName() + Unreadable.place(e));
        }
    }

    @Override
    public Object fromMessage(Message<?> message, Class<?> target) {
        return fromMessage(message, target, null);
    }

    /** Nothing is sent by it. */
    @Override
    public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers, @Nullable Object hint) {
        return null;
    }

    @Override
    public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers) {
        return null;
    }
}
