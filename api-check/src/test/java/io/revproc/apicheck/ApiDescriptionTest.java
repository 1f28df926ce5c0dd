package io.revproc.apicheck;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What counts as described, and what does not. */
class ApiDescriptionTest {
    private static final ApiDescription DESCRIPTION = new ApiDescription(JsonMapper.shared().readTree(
            """
                    {"paths": {
                      "/admin/things": {"get": {"responses": {
                        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                                            "text/event-stream": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                        "401": {"$ref": "#/components/responses/Unknown"}}},
                       "post": {"responses": {"204": {"description": "done"}}}},
                      "/admin/things/{name}": {"get": {"responses": {"200": {"content": {"text/plain;charset=utf-8": {"schema": {"type": "string",
                        "pattern": "^one"}}}}}}},
                      "/admin/things/own": {"delete": {"responses": {"204": {"description": "done"}}}},
                      "/admin/files/{path}": {"get": {"parameters": [{"name": "path", "x-several-segments": true}],
                        "responses": {"200": {"content": {"application/octet-stream": {}}}}}}},
                     "components": {
                      "schemas": {
                        "Thing": {"type": "object", "required": ["id", "at"], "properties": {"id": {"type": ["integer", "null"]},
                          "at": {"type": "string", "format": "date-time"}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}}},
                        "Part": {"type": "object", "properties": {"name": {"type": "string"}}},
                        "Problem": {"type": "object", "required": ["status"], "properties": {"status": {"type": "integer"}}}},
                      "responses": {
                        "Unknown": {"headers": {"Retry-After": {"schema": {"type": "integer"}}, "WWW-Authenticate": {"required": true,
                          "schema": {"type": "string"}}}, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                        "Refused": {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}}}}
                    """));

    /** Of the headers, the first is the type. An empty last column: as described. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            GET /admin/things          | 200 | application/json | {"id": 1, "at": "2026-01-01T00:00:00Z"}  | ''
            GET /admin/things          | 200 | application/json;charset=utf-8 | {"id": null, "at": "2026-01-01T00:00:00Z"}  | ''
            GET /admin/things          | 200 | application/json | {"id": 1, "at": "2026-01-01T00:00:00Z", "parts": [{"name": "x"}]}  | ''
            GET /admin/things          | 200 | application/json | {"id": 1}                                | required property 'at' not found
            GET /admin/things          | 200 | application/json | {"id": 1, "at": "yesterday"}             | date-time
            GET /admin/things          | 200 | application/json | {"id": "1", "at": "2026-01-01T00:00:00Z"} | string found
            GET /admin/things          | 200 | application/json | {"id": 1, "at": "2026-01-01T00:00:00Z", "more": 1} | 'more'
            GET /admin/things          | 200 | application/json | {"id": 1, "at": "2026-01-01T00:00:00Z", "parts": [{"x": 1}]} | 'x'
            GET /admin/things          | 200 | application/json | {"id": 1,                                | no JSON
            GET /admin/things          | 200 | text/plain       | {}                                       | the type 'text/plain' is not described
            GET /admin/things          | 202 | application/json | {}                                       | the status is not described
            GET /admin/things          | 401 | application/problem+json, WWW-Authenticate: Basic | {"status":401} | ''
            GET /admin/things          | 401 | application/problem+json, WWW-Authenticate: Basic, Retry-After: 5 | {"status":401} | ''
            GET /admin/things          | 401 | application/problem+json, WWW-Authenticate: Basic, Retry-After: "soon" | {"status":401} | the header Retry-After
            GET /admin/things          | 401 | application/problem+json, WWW-Authenticate: Basic | {"status":403} | another status
            GET /admin/things          | 401 | application/problem+json | {"status":401}                   | the header WWW-Authenticate is not there
            HEAD /admin/things         | 200 | application/json | ''                                       | ''
            HEAD /admin/things         | 202 | application/json | ''                                       | the status is not described
            OPTIONS /admin/things      | 200 | -, Allow: GET, HEAD, POST, OPTIONS | ''                     | ''
            OPTIONS /admin/things      | 200 | -, Allow: GET, HEAD, OPTIONS | ''                           | Allow names
            POST /admin/things         | 204 | -                | ''                                       | ''
            POST /admin/things         | 204 | application/json | {}                                       | no body is described
            PUT /admin/things          | 200 | application/json | {}                                       | nothing is described there
            PUT /admin/things          | 405 | application/problem+json | {"status":405}                   | ''
            PUT /admin/things          | 405 | text/html        | <html>                                   | the type 'text/html'
            GET /admin/nothing         | 200 | text/plain       | x                                        | nothing is described there
            GET /admin/nothing         | 404 | application/problem+json | {"status":404}                   | ''
            GET /admin/things/own      | 200 | text/plain       | one                                      | ''
            OPTIONS /admin/things/own  | 200 | -, Allow: GET, HEAD, DELETE, OPTIONS | ''                   | ''
            GET /admin/things/x        | 200 | text/plain       | one                                      | ''
            GET /admin/things/a%2Fb    | 200 | text/plain       | one                                      | ''
            GET /admin/things/x        | 200 | text/plain       | two                                      | pattern
            GET /admin/things/x/y      | 200 | text/plain       | one                                      | nothing is described there
            GET /admin/files/x/y       | 200 | application/octet-stream | one                              | ''
            """)
    void judges(String request, int status, String headers, String body, String fault) {
        String[] head = (headers == null ? "" : headers).split(", (?=[A-Z][-a-zA-Z]+:)|^-, ");
        Map<String, List<String>> all = Arrays.stream(head).filter(each -> !each.isEmpty())
                .map(each -> each.split(": "))
                .collect(Collectors.toMap(each -> each.length == 1 ? "Content-Type" : each[0],
                        each -> List.of(each[each.length - 1])));
        String[] asked = request.split(" ");

        List<String> faults = DESCRIPTION.faults(new Answer(asked[0], asked[1], status,
                HttpHeaders.of(all, (name, value) -> true), body.getBytes(StandardCharsets.UTF_8)));

        if (fault.isEmpty()) {
            assertThat(faults).isEmpty();
        } else {
            assertThat(faults).anyMatch(each -> each.contains(fault));
        }
    }

    @Test
    void judgesEventsByTheSchemaOfTheStream() {
        assertThat(DESCRIPTION.eventFaults("/admin/things", "{\"id\": 1, \"at\": \"2026-01-01T00:00:00Z\"}")).isEmpty();
        assertThat(DESCRIPTION.eventFaults("/admin/things", "{\"id\": 1}")).isNotEmpty();
        assertThat(DESCRIPTION.eventFaults("/admin/things/x", "{}")).containsExactly("no events are described there");
        assertThat(DESCRIPTION.eventFaults("/admin/none", "{}")).containsExactly("no events are described there");
    }
}
