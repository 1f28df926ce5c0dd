/*
 * The least that a client and a server of the protocol can cost: plain sockets, one thread, no libraries. What the Java library costs is
 * compared with it. Reads what is written in this benchmark, and nothing else: no escapes, no TLS, no lost leases, no drain.
 *
 *   plain client PORT IN_FLIGHT    keeps so many messages in flight; prints how many were answered, once a second
 *   plain server PORT              registers for PP_1 and answers with the SHA-1 of the payload
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sha1.h"

enum { ROOM = 1 << 20, CONNECTIONS = 64 };

/* What was read of a connection and is no whole message yet. */
struct input {
    int fd;
    size_t length, seen;
    int depth, text;
    char bytes[ROOM];
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int dial(int port) {
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address)) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void put(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n <= 0) fail("write");
        bytes += n;
        length -= n;
    }
}

/* Reads once; returns whether the other end is still there. */
static int fill(struct input *in) {
    ssize_t n = read(in->fd, in->bytes + in->length, ROOM - 1 - in->length);
    if (n <= 0) return 0;
    in->length += n;
    return 1;
}

/* Returns the end of the first whole message that begins at from, or 0. */
static size_t whole(struct input *in, size_t from) {
    for (size_t i = in->seen > from ? in->seen : from; i < in->length; i++) {
        char c = in->bytes[i];
        if (c == '"') in->text = !in->text;
        else if (!in->text && c == '{') in->depth++;
        else if (!in->text && c == '}' && --in->depth == 0) return in->seen = i + 1;
    }
    in->seen = in->length;
    return 0;
}

/* Drops what was handled. */
static void drop(struct input *in, size_t from) {
    memmove(in->bytes, in->bytes + from, in->length - from);
    in->length -= from;
    in->seen -= from;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void client(int port, int in_flight) {
    static struct input in;
    static char out[ROOM];
    long id = 0, answered = 0;
    in.fd = dial(port);
    double next = now() + 1;
    for (int ready = in_flight; ; ) {
        size_t length = 0;
        for (; ready > 0; ready--)
            length += sprintf(out + length, "{\"msgId\":%ld,\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_1\",\"payloadsize\":32,"
                "\"payload\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}", ++id);
        put(in.fd, out, length);
        if (!fill(&in)) fail("the proxy hung up");
        size_t from = 0, end;
        while ((end = whole(&in, from))) {
            if (memmem(in.bytes + from, end - from, "\"Error\"", 7)) {
                fprintf(stderr, "refused: %.*s\n", (int) (end - from), in.bytes + from);
                exit(1);
            }
            from = end;
            answered++;
            ready++;
        }
        drop(&in, from);
        if (now() >= next) {
            printf("%ld\n", answered);
            fflush(stdout);
            next += 1;
        }
    }
}

/* Returns what stands behind a key, quotes left out, and its length; ends the program where it is missing. */
static const char *field(const char *message, size_t size, const char *key, size_t *length) {
    const char *at = memmem(message, size, key, strlen(key));
    if (!at) {
        fprintf(stderr, "%s is missing: %.*s\n", key, (int) size, message);
        exit(1);
    }
    at += strlen(key);
    at += strspn(at, " :\"");
    *length = strcspn(at, "\",}");
    return at;
}

/* Answers all whole messages of a data connection, in one write. */
static void answer(struct input *in) {
    static char out[2 * ROOM];
    size_t from = 0, end, length = 0;
    while ((end = whole(in, from))) {
        const char *message = in->bytes + from;
        size_t size = end - from, id_length, source_length, payload_length;
        if (!memmem(message, size, "\"lease\"", 7)) {
            const char *id = field(message, size, "\"msgId\"", &id_length);
            const char *source = field(message, size, "\"srcid\"", &source_length);
            int quoted = source[-1] == '"';
            const char *payload = field(message, size, "\"payload\"", &payload_length);
            char digits[40];
            digest(payload, payload_length, digits);
            length += sprintf(out + length, "{\"msgId\":%.*s,\"type\":2,\"srcid\":1,\"destid\":%.*s,\"payloadsize\":40,"
                "\"payload\":\"%.40s\"}", (int) id_length, id, (int) source_length + 2 * quoted, source - quoted, digits);
        }
        from = end;
    }
    drop(in, from);
    put(in->fd, out, length);
}

static void server(int port) {
    static struct input *inputs[CONNECTIONS];
    struct pollfd polled[CONNECTIONS] = {0};
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    char text[512], lease[256];
    int listener = socket(AF_INET, SOCK_STREAM, 0), count = 2, yes = 1;
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 64)) fail("listen");
    getsockname(listener, (struct sockaddr *) &address, &size);
    int session = dial(port);
    put(session, text, sprintf(text, "{\"type\":1,\"proto\":2,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":%d,\"mux\":true,"
        "\"maxInFlight\":1024}", ntohs(address.sin_port)));
    ssize_t n = read(session, text, sizeof text - 1);
    if (n <= 0) fail("no answer to the setup");
    size_t length;
    const char *granted = field(text, n, "\"lease\"", &length);
    snprintf(lease, sizeof lease, "{\"type\":3,\"lease\":\"%.*s\"}", (int) length, granted);
    polled[0] = (struct pollfd) {listener, POLLIN, 0};
    polled[1] = (struct pollfd) {session, POLLIN, 0};
    for (double next = now() + 1; ; ) {
        int wait = (next - now()) * 1000;
        if (poll(polled, count, wait > 0 ? wait : 0) < 0) fail("poll");
        if (now() >= next) {
            put(session, lease, strlen(lease));
            next += 1;
        }
        if (polled[1].revents && read(session, text, sizeof text) <= 0) fail("the session ended");
        for (int i = 2; i < count; i++) {
            if (!polled[i].revents) continue;
            if (fill(inputs[i])) {
                answer(inputs[i]);
            } else {
                close(inputs[i]->fd);
                polled[i].fd = -1;
            }
        }
        if (polled[0].revents && count < CONNECTIONS) {
            inputs[count] = calloc(1, sizeof *inputs[count]);
            inputs[count]->fd = accept(listener, NULL, NULL);
            setsockopt(inputs[count]->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            polled[count] = (struct pollfd) {inputs[count]->fd, POLLIN, 0};
            count++;
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "client")) client(atoi(argv[2]), atoi(argv[3]));
    if (argc == 3 && !strcmp(argv[1], "server")) server(atoi(argv[2]));
    fprintf(stderr, "Usage: plain client PORT IN_FLIGHT | plain server PORT\n");
    return 2;
}
