package io.revproc.admin;

import java.util.List;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.EnumFeature;

/** Configures the HTTP side besides its controllers. */
@Configuration(proxyBeanMethods = false)
class AdminConfiguration {
    @Bean
    OpenAPI openApi() {
        return new OpenAPI().info(new Info().title("revproc").version("1")
                .description("Admin API of a policy-routed TCP reverse proxy")
                .license(new License().name("Apache-2.0")))
                // On loopback anybody may read; what changes something says for itself that it needs an account.
                .security(List.of(new SecurityRequirement().addList("token"),
                        new SecurityRequirement().addList("password"), new SecurityRequirement()))
                .components(new Components()
                        .addSecuritySchemes("token",
                                new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"))
                        .addSecuritySchemes("password",
                                new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("basic")));
    }

    /** A body is what it says, for every reader: each key once, a state by its name, nothing that would be passed over. */
    @Bean
    JsonMapperBuilderCustomizer strictBodies() {
        return json -> json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcat() {
        return factory -> {
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ProblemReportValve.class.getName());
                }
            });
            // A policy's name may have a slash; in a path it is %2F, and stays part of its segment.
            factory.addConnectorCustomizers(connector -> connector
                    .setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue()));
        };
    }
}
