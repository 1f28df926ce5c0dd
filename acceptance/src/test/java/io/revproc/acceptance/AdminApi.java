package io.revproc.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

import io.revproc.apicheck.DescribedHttp;

/** Asks proxies over HTTP. An answer of the admin API that is not as docs/openapi.json describes it fails the test. */
final class AdminApi {
    private static final DescribedHttp HTTP = DescribedHttp.by(Programs.home().resolve("docs/openapi.json"));

    private AdminApi() {}

    static byte[] get(URI uri) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()).body();
    }
}
