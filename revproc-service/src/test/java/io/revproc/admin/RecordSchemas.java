package io.revproc.admin;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Describes records as they are written: every field is there, and may be null where the code says so. Used by one thread at a time, as
 * springdoc does.
 */
final class RecordSchemas implements ModelConverter {
    private static final String NULL = "null";
    private static final String REFERENCE = "#/components/schemas/";

    @Override
    public @Nullable Schema<?> resolve(io.swagger.v3.core.converter.AnnotatedType type, ModelConverterContext context,
            Iterator<ModelConverter> chain) {
        Schema<?> resolved = chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        Class<?> raw = Json.mapper().constructType(type.getType()).getRawClass();
        if (resolved != null && raw.isRecord()) {
            String reference = resolved.get$ref();
            Schema<?> model = reference == null
                    ? resolved
                    : context.getDefinedModels().get(reference.substring(REFERENCE.length()));
            if (model != null && model.getProperties() != null) {
                describe(model, raw);
            }
        }
        return resolved;
    }

    @Override
    public boolean isOpenapi31() {
        return true;
    }

    private static void describe(Schema<?> model, Class<?> record) {
        List<String> names = Arrays.stream(record.getRecordComponents()).map(RecordComponent::getName).toList();
        model.setRequired(names);
        for (RecordComponent component : record.getRecordComponents()) {
            model.getProperties().computeIfPresent(component.getName(),
                    (name, property) -> described(property, component.getAnnotatedType()));
        }
    }

    private static Schema<?> described(Schema<?> schema, AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array && schema.getItems() != null) {
            schema.setItems(described(schema.getItems(), array.getAnnotatedGenericComponentType()));
        } else if (type instanceof AnnotatedParameterizedType generic) {
            AnnotatedType last = generic.getAnnotatedActualTypeArguments()[generic
                    .getAnnotatedActualTypeArguments().length - 1];
            if (schema.getAdditionalProperties() instanceof Schema<?> values) {
                schema.setAdditionalProperties(described(values, last));
            } else if (schema.getItems() != null) {
                schema.setItems(described(schema.getItems(), last));
            }
        }
        return type.isAnnotationPresent(Nullable.class) ? orNull(schema) : schema;
    }

    private static Schema<?> orNull(Schema<?> schema) {
        if (schema.get$ref() == null && schema.getEnum() == null) {
            if (schema.getTypes() != null) {
                schema.addType(NULL);
            }
            return schema;
        }
        Schema<?> none = new JsonSchema();
        none.setTypes(Set.of(NULL));
        Schema<?> either = new JsonSchema().description(schema.getDescription());
        return either.anyOf(List.of(schema.description(null), none));
    }
}
