package io.revproc.admin;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Makes the description of the admin API by OpenAPI: what the controllers say of themselves, and what all of them answer. docs/openapi.json
 * is that, and goes into the jar as a file, so that a running proxy has none of the libraries that make it.
 */
@TestConfiguration(proxyBeanMethods = false)
class ApiDescription {
    /** The answers that any path may give, by status. */
    private static final Map<String, String> REFUSALS = Map.of("400", "The request is malformed; the detail says where",
            "401", "No valid credentials", "403",
            "The account may not do this, or the proxy's configuration has no account that may",
            "406", "The answer has none of the types that the request accepts",
            "500", "The proxy failed; its log says why",
            "503", "The proxy can not answer now: too many ask at once. Try again later");

    @Bean
    OpenAPI openApi() {
        return new OpenAPI().info(new Info().title("revproc").version("1")
                .description("Admin API of a policy-routed TCP reverse proxy")
                .license(new License().name("Apache-2.0")))
                .servers(List.of(new Server().url("/").description("The proxy that says this")))
                // On loopback anybody may read; what changes something says for itself that it needs an account.
                .security(List.of(new SecurityRequirement().addList("token"),
                        new SecurityRequirement().addList("password"), new SecurityRequirement()))
                .components(new Components()
                        .addSecuritySchemes("token",
                                new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"))
                        .addSecuritySchemes("password",
                                new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("basic")));
    }

    @Bean
    ModelConverter recordSchemas() {
        return new RecordSchemas();
    }

    @Bean
    OpenApiCustomizer answersOfAllPaths() {
        return api -> {
            api.getComponents().addSchemas("ProblemDetail", problem()).addSchemas(RoutesView.SEED, seedTable())
                    .addResponses("Refused", refusal("A path or method that there is not, or that is refused"));
            REFUSALS.forEach((status, sentence) -> api.getComponents().addResponses("Refused" + status,
                    withHeaders(status, refusal(sentence))));
            api.getPaths().values().forEach(path -> path.readOperations().forEach(ApiDescription::mayRefuse));
        };
    }

    private static ApiResponse withHeaders(String status, ApiResponse response) {
        return switch (status) {
            case "401" -> response.addHeaderObject("WWW-Authenticate", new Header().required(true)
                    .description("How to say who asks").schema(typed("string").pattern("^(Bearer|Basic) ")));
            case "503" -> response.addHeaderObject("Retry-After",
                    new Header().description("Seconds after which to try again").schema(typed("integer")));
            default -> response;
        };
    }

    private static void mayRefuse(Operation operation) {
        ApiResponses responses = operation.getResponses();
        REFUSALS.keySet().forEach(status -> responses.putIfAbsent(status,
                new ApiResponse().$ref("#/components/responses/Refused" + status)));
        if (operation.getRequestBody() != null) {
            responses.putIfAbsent("413", refusal("The body is too large"));
            responses.putIfAbsent("415", refusal("The body is of a type that is not taken"));
        }
    }

    private static ApiResponse refusal(String sentence) {
        return new ApiResponse().description(sentence).content(new Content().addMediaType("application/problem+json",
                new MediaType().schema(new JsonSchema().$ref("#/components/schemas/ProblemDetail"))));
    }

    /** As RFC 9457 has it. */
    private static Schema<?> problem() {
        Schema<?> problem = typed("object").description("A problem of RFC 9457")
                .addProperty("type", typed("string").format("uri-reference"))
                .addProperty("title", typed("string")).addProperty("status", typed("integer"))
                .addProperty("detail", typed("string").description("One sentence: the reason, and the remedy"))
                .addProperty("instance",
                        typed("string").format("uri-reference").description("The path that was asked for"));
        problem.setRequired(List.of("title", "status", "detail"));
        return problem;
    }

    /** {@code {"PP_1": [[1, "127.0.0.1", 9001, true]]}}. */
    private static Schema<?> seedTable() {
        Schema<?> server = typed("array").minItems(4).maxItems(4);
        server.setItems(new JsonSchema());
        Schema<?> servers = typed("array");
        servers.setItems(server);
        return typed("object").description("Of each policy the servers: id, host, port, alive")
                .additionalProperties(servers);
    }

    private static Schema<?> typed(String type) {
        Schema<?> schema = new JsonSchema();
        schema.setTypes(Set.of(type));
        return schema;
    }
}
