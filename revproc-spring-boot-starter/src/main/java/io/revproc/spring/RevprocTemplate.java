package io.revproc.spring;

import java.util.concurrent.CompletableFuture;

import io.revproc.client.Reply;
import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.client.RevprocException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends objects as JSON payloads and reads replies as objects. {@code String} and {@code byte[]} go and come as they are. Thread-safe.
 */
public final class RevprocTemplate {
    private final RevprocClient client;
    private final JsonMapper mapper;

    /** @param mapper writes payloads and reads replies */
    public RevprocTemplate(RevprocClient client, JsonMapper mapper) {
        this.client = client;
        this.mapper = mapper;
    }

    /**
     * Sends a message and waits for the reply.
     *
     * @param payload a {@code String}, a {@code byte[]} of UTF-8, or what the mapper writes
     * @return the reply as this type
     * @throws RevprocException         if there is no reply; it says whether the message may be sent again
     * @throws IllegalArgumentException if the payload can't be written
     * @throws ReplyConversionException if the reply can't be read as this type
     */
    public <T> T send(String policy, Object payload, Class<T> reply) {
        return read(client.call(request(policy, payload)), reply);
    }

    /** Sends a message and waits for the reply as a text. As {@link #send(String, Object, Class)}. */
    public String send(String policy, Object payload) {
        return send(policy, payload, String.class);
    }

    /**
     * Sends a message; does not wait.
     *
     * @return completed with the reply, or with what {@link #send(String, Object, Class)} throws
     */
    public <T> CompletableFuture<T> sendAsync(String policy, Object payload, Class<T> reply) {
        return client.send(request(policy, payload)).thenApply(answer -> read(answer, reply));
    }

    /**
     * Returns the request that sends this object, for what only a request can say: {@code template.client().send(template.request("PP_1",
     * order).idempotent())}.
     *
     * @throws IllegalArgumentException if the payload can't be written
     */
    public Request request(String policy, Object payload) {
        Request request = Request.to(policy);
        return switch (payload) {
            case String text -> request.payload(text);
            case byte[] bytes -> request.payload(bytes);
            default -> request.payload(written(payload));
        };
    }

    /**
     * Returns the payload of a reply as this type.
     *
     * @throws ReplyConversionException if it can't be read so
     */
    public <T> T read(Reply reply, Class<T> type) {
        if (type == String.class) {
            return type.cast(reply.payloadText());
        }
        if (type == byte[].class) {
            return type.cast(reply.payload());
        }
        try {
            T read = mapper.readValue(reply.payload(), type);
            if (read == null) {
                throw new ReplyConversionException(type, ": it is null");
            }
            return read;
        } catch (JacksonException e) {
            throw new ReplyConversionException(type, Unreadable.place(e));
        }
    }

    private byte[] written(Object payload) {
        try {
            return mapper.writeValueAsBytes(payload);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a " + payload.getClass().getName() + " can't be written as JSON: "
                    + e.getOriginalMessage());
        }
    }

    /** Returns the client that sends. */
    public RevprocClient client() {
        return client;
    }
}
