package io.revproc.admin;

import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Gives the description of the admin API, docs/openapi.json; the page that shows it is static/swagger-ui.html. */
@RestController
@Hidden
class DescriptionController {
    private static final Resource DESCRIPTION = new ClassPathResource("openapi.json", DescriptionController.class);

    @GetMapping(path = "/v3/api-docs", produces = MediaType.APPLICATION_JSON_VALUE)
    Resource description() {
        return DESCRIPTION;
    }
}
