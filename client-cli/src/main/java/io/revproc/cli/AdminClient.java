package io.revproc.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.revproc.wire.DidYouMean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Talks to the admin API. HttpURLConnection, since a command is one request and the newer client takes longer to load. */
final class AdminClient {
    /** The most bytes that are read from an answer; a table of 100,000 servers is about half of it. */
    private static final int MAX_BODY = 64 * 1024 * 1024;
    private static final int CONNECT_MILLIS = 3_000;
    private static final int READ_MILLIS = 10_000;
    private static final String EVENT_STREAM = "text/event-stream";

    private final URI base;
    private final @Nullable String token;
    private final @Nullable String user;
    private final String advice;

    /** @param advice what a person has to do if the proxy does not know who asks */
    AdminClient(URI base, @Nullable String token, @Nullable String user, String advice) {
        this.base = base;
        this.token = token;
        this.user = user;
        this.advice = advice;
    }

    /**
     * @param status of HTTP
     * @param body   what came with it, read as JSON; null if nothing did
     */
    record Reply(int status, @Nullable Object body) {
        boolean ok() {
            return status / 100 == 2;
        }

        /** Returns what the problem (RFC 9457) that the proxy sent says, as a part of a sentence. */
        String problem() {
            Map<String, @Nullable Object> problem = Json.object(body);
            Object sentence = problem.get("detail") != null ? problem.get("detail") : problem.get("title");
            return sentence == null
                    ? "the answer has the HTTP status " + status + ", and no sentence of the proxy"
                    : Style.clause(Style.safe(sentence.toString()));
        }

        /** Returns whether the proxy says what is wrong, and not another program before it. */
        boolean says() {
            return Json.object(body).get("detail") != null;
        }

        /** Returns whether the proxy has not heard of a name, and says which one may be meant. */
        boolean knowsABetterName() {
            return status == 404 && DidYouMean.isAskedIn(problem());
        }
    }

    /** Returns the address of the admin API, without a slash at its end. */
    @Override
    public String toString() {
        return base.toString().replaceFirst("/+$", "");
    }

    /** @throws CliException if there is no answer, or one that is not JSON */
    Reply call(String method, String path, @Nullable Object body) {
        return call(method, path, body, CONNECT_MILLIS, READ_MILLIS);
    }

    /** Asks for something, and waits for it no longer than usual, or than that if it is less. */
    Reply get(String path, int mostMillis) {
        return call("GET", path, null, Math.min(CONNECT_MILLIS, mostMillis), Math.min(READ_MILLIS, mostMillis));
    }

    Reply call(String method, String path, @Nullable Object body, int connectMillis, int readMillis) {
        return send(method, path, body == null ? null : Json.write(body).getBytes(StandardCharsets.UTF_8),
                "application/json", connectMillis, readMillis);
    }

    /** Posts a file as it is. */
    Reply post(String path, byte[] file, String type) {
        return send("POST", path, file, type, CONNECT_MILLIS, READ_MILLIS);
    }

    private Reply send(String method, String path, byte @Nullable [] body, String type, int connectMillis,
            int readMillis) {
        try {
            HttpURLConnection connection = open(method, path, connectMillis, readMillis);
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", type);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            return reply(connection);
        } catch (JacksonException e) {
            throw notTheProxy();
        } catch (java.net.SocketTimeoutException e) {
            throw new CliException(ExitCode.TIMED_OUT, "no answer from " + base + " in time");
        } catch (IOException e) {
            throw unreachable();
        }
    }

    /** Asks for a text, and returns it. @throws CliException if there is no answer, or a refusal */
    String text(String path, byte[] body) {
        try {
            HttpURLConnection connection = open("POST", path, CONNECT_MILLIS, 10 * READ_MILLIS);
            connection.setRequestProperty("Accept", "text/plain, application/problem+json");
            connection.setRequestProperty("Content-Type", "application/octet-stream");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            if (connection.getResponseCode() != 200) {
                throw refused(reply(connection));
            }
            try (InputStream in = connection.getInputStream()) {
                return new String(in.readNBytes(MAX_BODY), StandardCharsets.UTF_8);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new CliException(ExitCode.TIMED_OUT, "no answer from " + base + " in time");
        } catch (IOException e) {
            throw unreachable();
        }
    }

    /** Returns a note on a change that the shared store does not have yet; empty if it has it. */
    String pending(Reply reply) {
        return Boolean.TRUE.equals(Json.object(reply.body()).get("pending"))
                ? "; pending: the shared store is not reached, the other proxies learn of it when it is"
                : "";
    }

    CliException unreachable() {
        return new CliException(ExitCode.UNREACHABLE, Courier.unreachable(base.toString()));
    }

    private Reply reply(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status < 0) {
            throw notTheProxy();
        }
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(MAX_BODY);
            try {
                return new Reply(status, bytes.length == 0 ? null : Json.read(bytes, 0, bytes.length));
            } catch (JacksonException e) {
                if (status / 100 != 2) {
                    return new Reply(status, null);
                }
                throw e;
            }
        }
    }

    /** Takes an event of a stream. */
    interface Listener {
        /** @return whether more are wanted */
        boolean on(String event, @Nullable Object data);
    }

    /** Opens a stream and closes it again. @throws CliException if it can't be had */
    void probe(String path) {
        try {
            HttpURLConnection connection = open("GET", path, CONNECT_MILLIS, READ_MILLIS);
            connection.setRequestProperty("Accept", EVENT_STREAM);
            try {
                refuseUnlessOpen(connection);
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            throw unreachable();
        }
    }

    /**
     * Hands on the server-sent events of a stream until it ends or nobody wants more.
     *
     * @param silenceMillis how long nothing may come; 0: for ever
     * @throws CliException if the stream can't be opened
     */
    void stream(String path, int silenceMillis, Listener listener) {
        follow(path, silenceMillis, lines -> {
            String event = "message";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event:")) {
                    event = line.substring("event:".length()).strip();
                } else if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n").append(line.substring("data:".length()));
                } else if (line.isEmpty()) {
                    if (!data.isEmpty() && !listener.on(event, json(data.toString()))) {
                        return;
                    }
                    event = "message";
                    data.setLength(0);
                }
            }
        });
    }

    private static @Nullable Object json(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            return Json.read(bytes, 0, bytes.length);
        } catch (JacksonException e) {
            return null;
        }
    }

    /**
     * Follows server-sent events until the stream ends or nobody wants more.
     *
     * @param onEvent called once the stream is open, and at the end of each event, or of several that wait already; false ends it
     * @throws CliException if the stream can't be opened
     */
    void follow(String path, BooleanSupplier onEvent) {
        follow(path, 0, lines -> {
            boolean data = false;
            if (!onEvent.getAsBoolean()) {
                return;
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                data |= line.startsWith("data");
                // Several events that wait already are one change to a person.
                if (line.isEmpty() && data && !lines.ready()) {
                    data = false;
                    if (!onEvent.getAsBoolean()) {
                        return;
                    }
                }
            }
        });
    }

    private interface LineReader {
        void read(BufferedReader lines) throws IOException;
    }

    private void follow(String path, int silenceMillis, LineReader reader) {
        HttpURLConnection connection;
        try {
            connection = open("GET", path, CONNECT_MILLIS, silenceMillis);
            connection.setRequestProperty("Accept", EVENT_STREAM);
            refuseUnlessOpen(connection);
        } catch (IOException e) {
            throw unreachable();
        }
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new EventLimit(connection.getInputStream(), MAX_BODY),
                        StandardCharsets.UTF_8))) {
            reader.read(lines);
        } catch (IOException e) {
            // The end of the stream, said less politely.
        } finally {
            connection.disconnect();
        }
    }

    /** Ends the command with the proxy's sentence if a stream can't be had. */
    private void refuseUnlessOpen(HttpURLConnection connection) throws IOException {
        if (connection.getResponseCode() != 200) {
            throw refused(reply(connection));
        }
    }

    private CliException notTheProxy() {
        return new CliException(ExitCode.REFUSED,
                "what answers at " + base + " is not the proxy's admin API; name that with --admin URL");
    }

    /**
     * Returns what an answer holds.
     *
     * @param field one that this answer of the proxy always has
     * @throws CliException if it is a refusal, or not the proxy's answer
     */
    Map<String, @Nullable Object> fields(Reply reply, String field) {
        Map<String, @Nullable Object> fields = Json.object(reply.body());
        if (!reply.ok() || !fields.containsKey(field)) {
            throw refused(reply);
        }
        return fields;
    }

    /** Returns the sentence on an answer that is not the wanted one: the proxy's refusal, or nothing of the proxy's. */
    CliException refused(Reply reply) {
        if (reply.ok()) {
            return notTheProxy();
        }
        return switch (reply.status()) {
            case 401 -> new CliException(ExitCode.REFUSED, advice);
            case 403 ->
                new CliException(ExitCode.REFUSED, "the proxy does not allow this to you: " + reply.problem());
            // Too many requests, or a proxy that is not up, or not reached by the load balancer before it.
            case 408, 425, 429, 500, 502, 503, 504 -> CliException.passing(reply.problem());
            default -> new CliException(ExitCode.REFUSED, reply.problem());
        };
    }

    private HttpURLConnection open(String method, String path, int connectMillis, int readMillis) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(this + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(connectMillis);
        connection.setReadTimeout(readMillis);
        connection.setUseCaches(false);
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept", "application/json, application/problem+json");
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        } else if (user != null) {
            connection.setRequestProperty("Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        return connection;
    }
}
