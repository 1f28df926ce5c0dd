/*
 * The load of bin/bench: a client that keeps messages in flight over many connections and checks every answer, and the servers that
 * answer with the SHA-1 of the payload. Plain sockets, one thread, no libraries, so that it costs less than what is measured. It speaks
 * the protocol of the proxy, that of NATS, and MQTT 5. Reads what is written in this benchmark, and nothing else.
 *
 * Policies are PP_1, PP_2 and so on, two unless more are asked for. There are two servers, for the policies with odd and with even numbers.
 * On the buses, NATS and MQTT, policies are subjects, servers share a subscription, and a message names where its reply is to go.
 *
 *   load client NAME=VALUE…        protocol (json, nats or mqtt), ports (those of a connection's policy, or one), connections, depth (messages in
 *                                  flight on each), per (message or connection: what takes turns with the policies), size (of a payload), policies,
 *                                  seconds, rate (messages a second by the clock; 0: as fast as answers come), tick
 *                                  and grace (milliseconds: how long late answers are waited for at the end).
 *                                  Prints how many were answered, at each tick, and at last the result as JSON.
 *   load server json P1,P2 [PROXY [POLICIES]]
 *                                  the two servers' ports; a message of the other's policies is refused. Registers where a proxy is named.
 *   load server nats|mqtt READY BUS a subscriber for each of two policies; listens on READY when both have subscribed
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sha1.h"

enum { SERVERS = 2, EACH = 16, MANY = 64, READ = 1 << 14, EVENTS = 256 };

enum protocol { JSON, NATS, MQTT };

static const long long SECOND = 1000000000;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void quit(const char *why, const char *bytes, size_t length) {
    fprintf(stderr, "%s: %.*s\n", why, (int) length, bytes);
    exit(1);
}

static long long nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

/* ---- buffers and sockets ---- */

/* Bytes from `from` to `length` wait to be handled; of those `seen` were looked at, which ended at that depth, within a text or not. */
struct buffer {
    char *bytes;
    size_t from, length, room, seen;
    int depth, text;
};

static void reserve(struct buffer *b, size_t more) {
    if (b->from > 0 && b->room - b->length < more) {
        memmove(b->bytes, b->bytes + b->from, b->length - b->from);
        b->length -= b->from;
        b->from = 0;
    }
    if (b->room - b->length < more) {
        b->room = 2 * b->length + more;
        b->bytes = realloc(b->bytes, b->room);
        if (!b->bytes) fail("memory");
    }
}

static void append(struct buffer *b, const char *bytes, size_t length) {
    if (!length) return;
    reserve(b, length);
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void take(struct buffer *b, size_t length) {
    b->from += length;
    if (b->from == b->length) b->from = b->length = 0;
}

/* Reads once. Returns 1, 0 where there was nothing to read, or -1 where the peer has gone. */
static int fill(int fd, struct buffer *in) {
    reserve(in, READ);
    ssize_t n = recv(fd, in->bytes + in->length, in->room - in->length, MSG_DONTWAIT);
    if (n > 0) in->length += n;
    return n > 0 ? 1 : n < 0 && errno == EAGAIN ? 0 : -1;
}

/* Writes what it can. Returns 1 where all is written, 0 where something is left, or -1 where the peer has gone. */
static int flush(int fd, struct buffer *out) {
    while (out->from < out->length) {
        ssize_t n = send(fd, out->bytes + out->from, out->length - out->from, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) return errno == EAGAIN ? 0 : -1;
        take(out, n);
    }
    return 1;
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

static int listener(int port) {
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof address) || listen(fd, 1024)) fail("listen");
    return fd;
}

static void watch(int epoll, int operation, int fd, int writable, void *of) {
    struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = of};
    if (epoll_ctl(epoll, operation, fd, &event)) fail("epoll_ctl");
}

/* Waits for events, so many nanoseconds at most. A timeout of milliseconds would send late. */
static int await(int epoll, struct epoll_event *events, long long timeout) {
    struct timespec wait = {timeout > 0 ? timeout / SECOND : 0, timeout > 0 ? timeout % SECOND : 0};
    int n = epoll_pwait2(epoll, events, EVENTS, &wait, NULL);
    return n < 0 && errno != EINTR ? (fail("epoll_pwait2"), 0) : n < 0 ? 0 : n;
}

/* ---- the two protocols ---- */

/* Returns the length of the first whole JSON object, or 0. */
static size_t object(struct buffer *in) {
    const char *bytes = in->bytes + in->from;
    size_t n = in->length - in->from, i = in->seen;
    while (i < n) {
        if (in->text) {
            const char *quote = memchr(bytes + i, '"', n - i);
            i = quote ? (size_t) (quote - bytes) + 1 : n;
            in->text = !quote;
            continue;
        }
        char c = bytes[i++];
        if (c == '"') {
            in->text = 1;
        } else if (c == '{') {
            in->depth++;
        } else if (c == '}' && --in->depth == 0) {
            in->seen = 0;
            return i;
        }
    }
    in->seen = i;
    return 0;
}

/* Returns what stands behind a key, quotes left out, and its length; NULL where the key is missing. */
static const char *field(const char *message, size_t size, const char *key, size_t *length) {
    const char *at = memmem(message, size, key, strlen(key));
    if (!at) return NULL;
    at += strlen(key);
    while (*at == ' ' || *at == ':' || *at == '"') at++;
    const char *end = at, *last = message + size;
    if (at[-1] == '"') {
        end = memchr(at, '"', last - at);
    } else {
        while (end < last && *end != ',' && *end != '}') end++;
    }
    *length = end - at;
    return at;
}

/* What came from a bus; where it is a message, with what it carries. The token says which message a reply is for. */
struct post {
    const char *text, *reply, *token, *payload;
    size_t reply_length, token_length, payload_length;
};

/* Returns the length of the first whole line of NATS and its payload, or 0. */
static size_t line(struct buffer *in, struct post *p) {
    const char *bytes = in->bytes + in->from;
    size_t n = in->length - in->from;
    const char *end = memchr(bytes, '\n', n);
    if (!end) return 0;
    *p = (struct post) {.text = bytes};
    size_t length = end - bytes + 1;
    if (memcmp(bytes, "MSG ", 4)) return length;
    /* MSG subject sid [reply] size; a reply's subject is its token */
    const char *words[5];
    size_t lengths[5];
    int count = 0;
    for (const char *at = bytes; at < end && *at != '\r' && count < 5; ) {
        words[count] = at;
        while (*at != ' ' && *at != '\r') at++;
        lengths[count] = at - words[count];
        count++;
        while (*at == ' ') at++;
    }
    if (count < 4) quit("not a MSG", bytes, length);
    p->token = words[1], p->token_length = lengths[1];
    if (count == 5) p->reply = words[3], p->reply_length = lengths[3];
    p->payload_length = strtoul(words[count - 1], NULL, 10);
    if (n < length + p->payload_length + 2) return 0;
    p->payload = bytes + length;
    return length + p->payload_length + 2;
}

/* Reads MQTT's integer of variable length; returns behind it, or NULL where it is not whole. */
static const uint8_t *varying(const uint8_t *at, const uint8_t *end, size_t *value) {
    *value = 0;
    for (int shift = 0; at < end && shift < 28; shift += 7, at++) {
        *value |= (size_t) (*at & 127) << shift;
        if (*at < 128) return at + 1;
    }
    return NULL;
}

static size_t two(const uint8_t *at) {
    return at[0] << 8 | at[1];
}

/* Returns the length of the first whole packet of MQTT, or 0. */
static size_t packet(struct buffer *in, struct post *p) {
    const uint8_t *bytes = (const uint8_t *) in->bytes + in->from, *end = bytes + in->length - in->from;
    size_t length, properties;
    const uint8_t *at = in->length - in->from < 2 ? NULL : varying(bytes + 1, end, &length);
    if (!at || (size_t) (end - at) < length) return 0;
    end = at + length;
    *p = (struct post) {.text = (const char *) bytes};
    if (bytes[0] >> 4 != 3) return end - bytes;
    at = varying(at + 2 + two(at), end, &properties);
    if (!at) quit("not a PUBLISH", in->bytes, 0);
    for (const uint8_t *last = at + properties; at < last; at += 3 + two(at + 1)) {
        if (*at == 8) p->reply = (const char *) at + 3, p->reply_length = two(at + 1);
        else if (*at == 9) p->token = (const char *) at + 3, p->token_length = two(at + 1);
        else quit("an unexpected property", "", 0);
    }
    p->payload = (const char *) at;
    p->payload_length = end - at;
    return end - bytes;
}

static void append_text(struct buffer *out, const char *text, size_t length) {
    char size[2] = {length >> 8, length};
    append(out, size, 2);
    append(out, text, length);
}

static void append_varying(struct buffer *out, size_t value) {
    do {
        char byte = value & 127;
        value >>= 7;
        if (value) byte |= 128;
        append(out, &byte, 1);
    } while (value);
}

/* Publishes; with NATS the reply's subject is the token, so none is sent by itself. */
static void publish(struct buffer *out, enum protocol bus, const struct post *p, const char *topic, size_t topic_length) {
    char text[64];
    if (bus == NATS) {
        append(out, "PUB ", 4);
        append(out, topic, topic_length);
        if (p->reply) append(out, " ", 1);
        append(out, p->reply, p->reply_length);
        append(out, text, sprintf(text, " %zu\r\n", p->payload_length));
        append(out, p->payload, p->payload_length);
        append(out, "\r\n", 2);
        return;
    }
    size_t properties = (p->reply ? 3 + p->reply_length : 0) + 3 + p->token_length;
    append(out, "\x30", 1);
    append_varying(out, 2 + topic_length + 1 + properties + p->payload_length);
    append_text(out, topic, topic_length);
    append_varying(out, properties);
    if (p->reply) {
        append(out, "\x08", 1);
        append_text(out, p->reply, p->reply_length);
    }
    append(out, "\x09", 1);
    append_text(out, p->token, p->token_length);
    append(out, p->payload, p->payload_length);
}

/* Says hello to a bus and subscribes; it answers with PONG or SUBACK when that is done. */
static void subscribe(struct buffer *out, enum protocol bus, const char *filter) {
    char text[256];
    if (bus == NATS) {
        append(out, text, sprintf(text, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":false,\"lang\":\"c\","
            "\"version\":\"1\",\"protocol\":1}\r\nSUB %s 1\r\nPING\r\n", filter));
        return;
    }
    /* CONNECT of version 5: a clean start, no keep alive, no properties, no client id. SUBSCRIBE: packet 1, no properties, QoS 0. */
    append(out, "\x10\x0d\0\4MQTT\5\2\0\0\0\0\0", 15);
    append(out, "\x82", 1);
    append_varying(out, 2 + 1 + 2 + strlen(filter) + 1);
    append(out, "\0\1\0", 3);
    append_text(out, filter, strlen(filter));
    append(out, "\0", 1);
}

static size_t next_post(struct buffer *in, enum protocol bus, struct post *p) {
    return bus == NATS ? line(in, p) : packet(in, p);
}

/* Answers a PING and ends the program on an error. Returns whether a subscription is confirmed. */
static int control(const struct post *p, enum protocol bus, size_t length, struct buffer *out) {
    if (bus == MQTT) {
        if ((uint8_t) p->text[0] == 0xe0) quit("MQTT: disconnected", "", 0);
        return (uint8_t) p->text[0] == 0x90;
    }
    if (!memcmp(p->text, "PING", 4)) append(out, "PONG\r\n", 6);
    if (!memcmp(p->text, "-ERR", 4)) quit("NATS", p->text, length);
    return !memcmp(p->text, "PONG", 4);
}

/* The digits of a SHA-1, remembered: the client repeats few payloads, and it is not the servers that are measured. */
static const char *known_digest(const char *text, size_t length) {
    static struct known {
        char *text, digits[DIGITS];
        size_t length;
    } known[256];
    uint32_t hash = length;
    for (size_t i = 0; i < length && i < 8; i++) hash = hash * 31 + (uint8_t) text[i];
    struct known *k = &known[hash % 256];
    if (!k->text || k->length != length || memcmp(k->text, text, length)) {
        k->text = realloc(k->text, length + 1);
        if (!k->text) fail("memory");
        memcpy(k->text, text, length);
        k->length = length;
        digest(text, length, k->digits);
    }
    return k->digits;
}

/* ---- the client ---- */

/* Latencies in nanoseconds, counted in 64 steps for each power of two. */
static long long latencies[64 * 64];

static int step(long long value) {
    int shift = value < 128 ? 0 : 57 - __builtin_clzll(value);
    return shift * 64 + (int) (value >> shift);
}

static long long answered, refused, wrong, lost, unsent, longest;

static double percentile(double share, long long all) {
    long long below = 0;
    for (int i = 0; i < 64 * 64; i++) {
        below += latencies[i];
        if (all > 0 && below >= share * all) {
            int shift = i < 128 ? 0 : i / 64 - 1;
            long long upper = ((long long) (i - shift * 64) + 1) << shift;
            return (upper < longest ? upper : longest) / 1e3;
        }
    }
    return 0;
}

/* Sent over and over; all different, so that an answer to another message is noticed. */
static struct prepared {
    char *message, *payload, expected[DIGITS + 2];
    size_t length;
} *prepared;

/* A message in flight; its sequence is 0 where there is none. */
struct slot {
    long long due;
    unsigned sequence;
    int prepared;
};

struct client {
    int fd, index, in_flight, writable;
    struct buffer in, out;
    struct slot *slots;
    /* Slots that are free, and those in flight in the order of their messages. */
    int *free, *order, first;
};

static struct {
    enum protocol protocol;
    int ports[SERVERS], port_count, connections, depth, per_message, size, tick, grace, policies, each;
    double seconds, rate;
} plan = {.connections = 64, .depth = 1, .size = 32, .seconds = 5, .tick = 1000, .grace = 2000, .policies = 2};

static void prepare(void) {
    srand(1327);
    plan.each = plan.policies > MANY ? 1 : EACH;
    prepared = calloc((size_t) plan.policies * plan.each, sizeof *prepared);
    if (!prepared) fail("memory");
    for (int i = 0; i < plan.policies * plan.each; i++) {
        struct prepared *p = &prepared[i];
        p->payload = malloc(plan.size + 1);
        p->message = malloc(plan.size + 256);
        if (!p->payload || !p->message) fail("memory");
        for (int j = 0; j < plan.size; j++) p->payload[j] = 'a' + rand() % 26;
        p->payload[plan.size] = 0;
        p->expected[0] = p->expected[DIGITS + 1] = '"';
        digest(p->payload, plan.size, p->expected + 1);
        p->length = sprintf(p->message, "{\"type\":0,\"srcid\":1327,\"privPoliId\":\"PP_%d\",\"payloadsize\":%d,\"payload\":\"%s\"}",
            i / plan.each + 1, plan.size, p->payload);
    }
}

static void enqueue(struct client *c, long long due) {
    static unsigned sent;
    int policy = (plan.per_message ? sent : (unsigned) c->index) % plan.policies;
    int slot = c->free[plan.depth - ++c->in_flight];
    struct slot *s = &c->slots[slot];
    *s = (struct slot) {due, ++sent, policy * plan.each + sent / plan.policies % plan.each};
    struct prepared *p = &prepared[s->prepared];
    c->order[(c->first + c->in_flight - 1) % plan.depth] = slot;
    if (plan.protocol == JSON) {
        append(&c->out, p->message, p->length);
        return;
    }
    char topic[32], reply[64], token[64];
    struct post post = {.reply = reply, .token = token, .payload = p->payload, .payload_length = plan.size};
    post.token_length = sprintf(token, "_INBOX.%d.%d.%u", c->index, slot, s->sequence);
    post.reply_length = plan.protocol == NATS ? sprintf(reply, "%s", token) : sprintf(reply, "inbox/%d", c->index);
    publish(&c->out, plan.protocol, &post, topic, sprintf(topic, "PP_%d", policy + 1));
}

/* Counts the answer to a slot's message. */
static void done(struct client *c, struct slot *s, long long now, int right) {
    long long latency = now - s->due > 0 ? now - s->due : 0;
    if (right) {
        answered++;
        latencies[step(latency)]++;
        if (latency > longest) longest = latency;
    }
    s->sequence = 0;
    c->free[plan.depth - c->in_flight--] = s - c->slots;
}

/* Takes the next answer; returns 0 where none is whole. */
static int answer_json(struct client *c, long long now) {
    size_t n = object(&c->in);
    if (!n) return 0;
    const char *bytes = c->in.bytes + c->in.from;
    if (c->in_flight == 0) {
        wrong++;
    } else {
        struct slot *s = &c->slots[c->order[c->first]];
        c->first = (c->first + 1) % plan.depth;
        int no = !!memmem(bytes, n, "\"Error\"", 7);
        int right = !no && memmem(bytes, n, prepared[s->prepared].expected, DIGITS + 2);
        refused += no;
        wrong += !no && !right;
        done(c, s, now, right);
    }
    take(&c->in, n);
    return 1;
}

/* The token says whose answer it is: those of two subjects come in any order. */
static int answer_bus(struct client *c, long long now) {
    struct post p;
    size_t n = next_post(&c->in, plan.protocol, &p);
    if (!n) return 0;
    if (!p.payload) {
        control(&p, plan.protocol, n, &c->out);
    } else {
        int index = -1, slot = -1;
        unsigned sequence = 0;
        char token[64] = "";
        if (p.token && p.token_length < sizeof token) memcpy(token, p.token, p.token_length);
        sscanf(token, "_INBOX.%d.%d.%u", &index, &slot, &sequence);
        if (index != c->index || slot < 0 || slot >= plan.depth || !sequence || c->slots[slot].sequence != sequence) {
            wrong++;
        } else {
            struct slot *s = &c->slots[slot];
            int right = p.payload_length == DIGITS && !memcmp(p.payload, prepared[s->prepared].expected + 1, DIGITS);
            wrong += !right;
            done(c, s, now, right);
        }
    }
    take(&c->in, n);
    return 1;
}

static void send_out(int epoll, struct client *c) {
    int state = c->fd < 0 ? 1 : flush(c->fd, &c->out);
    if (state < 0) {
        lost += c->in_flight;
        c->in_flight = plan.depth;
        close(c->fd);
        c->fd = -1;
    } else if (c->fd >= 0 && c->writable != !state) {
        c->writable = !state;
        watch(epoll, EPOLL_CTL_MOD, c->fd, c->writable, c);
    }
}

static void open_client(int epoll, struct client *c, int index) {
    *c = (struct client) {.index = index, .fd = dial(plan.ports[index % plan.port_count])};
    c->slots = calloc(plan.depth, sizeof *c->slots);
    c->free = calloc(plan.depth, sizeof *c->free);
    c->order = calloc(plan.depth, sizeof *c->order);
    if (!c->slots || !c->free || !c->order) fail("memory");
    for (int i = 0; i < plan.depth; i++) c->free[i] = i;
    watch(epoll, EPOLL_CTL_ADD, c->fd, 0, c);
    char filter[64];
    sprintf(filter, plan.protocol == NATS ? "_INBOX.%d.>" : "inbox/%d", index);
    if (plan.protocol != JSON) subscribe(&c->out, plan.protocol, filter);
}

/* Reads once, and sends the next message for each answer, unless messages are sent by the clock or the time is over. */
static void read_answers(int epoll, struct client *c, long long end) {
    int state = fill(c->fd, &c->in);
    long long now = nanos();
    while (state > 0 && (plan.protocol == JSON ? answer_json(c, now) : answer_bus(c, now))) { }
    while (plan.rate == 0 && now < end && c->in_flight < plan.depth) enqueue(c, now);
    send_out(epoll, c);
    if (state < 0 && c->fd >= 0) {
        lost += c->in_flight;
        c->in_flight = plan.depth;
        close(c->fd);
        c->fd = -1;
    }
}

/* Sends what is due by the clock. A message that finds no room waits, and its latency counts from when it was due. Returns when the next is due. */
static long long send_due(int epoll, struct client *clients, long long start, long long end, long long *sent) {
    static int turn;
    long long now = nanos(), due;
    while ((due = start + (long long) (*sent * (SECOND / plan.rate))) <= now && due < end) {
        int tried = 0;
        while (tried < plan.connections && clients[turn].in_flight == plan.depth) turn = (turn + 1) % plan.connections, tried++;
        if (tried == plan.connections) return now + SECOND / 1000;
        struct client *c = &clients[turn];
        enqueue(c, due);
        send_out(epoll, c);
        turn = (turn + 1) % plan.connections;
        ++*sent;
    }
    return due < end ? due : end;
}

static void client(void) {
    struct client *clients = calloc(plan.connections, sizeof *clients);
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(0), alive = 1;
    long long sent = 0, in_time = 0, waiting = 1, each = plan.tick * (SECOND / 1000);
    if (!clients) fail("memory");
    prepare();
    for (int i = 0; i < plan.connections; i++) open_client(epoll, &clients[i], i);
    long long start = nanos(), end = start + (long long) (plan.seconds * SECOND), tick = start + each, until;
    for (int i = 0; i < plan.connections; i++) {
        while (plan.rate == 0 && clients[i].in_flight < plan.depth) enqueue(&clients[i], start);
        send_out(epoll, &clients[i]);
    }
    /* Late answers are waited for, so that they are not left out of the latencies. */
    for (long long now = start; alive && (now < end || (waiting && now < end + plan.grace * (SECOND / 1000))); now = nanos()) {
        while (now >= tick && tick <= end) {
            printf("%lld\n", answered);
            fflush(stdout);
            tick += each;
        }
        if (now >= end && !in_time) in_time = answered + refused;
        until = now < end ? (tick < end ? tick : end) : now + SECOND / 10;
        if (plan.rate > 0) {
            long long due = send_due(epoll, clients, start, end, &sent);
            if (now < end && due < until) until = due;
        }
        int n = await(epoll, events, until - nanos());
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (c->fd >= 0) read_answers(epoll, c, end);
        }
        waiting = plan.rate > 0 && sent < (long long) (plan.seconds * plan.rate);
        alive = 0;
        for (int i = 0; i < plan.connections; i++) {
            alive |= clients[i].fd >= 0;
            waiting |= clients[i].fd >= 0 && clients[i].in_flight > 0;
        }
    }
    if (!in_time) in_time = answered + refused;
    for (int i = 0; i < plan.connections; i++) lost += clients[i].fd >= 0 ? clients[i].in_flight : 0;
    if (plan.rate > 0) unsent = (long long) (plan.seconds * plan.rate) - sent;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double micros = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    printf("{\"messages\":%lld,\"perSecond\":%.1f,\"p50Us\":%.1f,\"p99Us\":%.1f,\"p999Us\":%.1f,\"maxUs\":%.1f,\"generatorMicros\":%.3f,"
        "\"errors\":{\"REFUSED\":%lld,\"WRONG\":%lld,\"LOST\":%lld,\"UNSENT\":%lld}}\n", answered, in_time / plan.seconds,
        percentile(0.5, answered), percentile(0.99, answered), percentile(0.999, answered), longest / 1e3,
        answered + refused ? micros / (answered + refused) : 0, refused, wrong, lost, unsent);
}

static enum protocol protocol(const char *name) {
    return !strcmp(name, "nats") ? NATS : !strcmp(name, "mqtt") ? MQTT : JSON;
}

static void set(const char *name, const char *value) {
    if (!strcmp(name, "protocol")) plan.protocol = protocol(value);
    else if (!strcmp(name, "ports")) plan.port_count = sscanf(value, "%d,%d", &plan.ports[0], &plan.ports[1]);
    else if (!strcmp(name, "connections")) plan.connections = atoi(value);
    else if (!strcmp(name, "depth")) plan.depth = atoi(value);
    else if (!strcmp(name, "per")) plan.per_message = !strcmp(value, "message");
    else if (!strcmp(name, "policies")) plan.policies = atoi(value);
    else if (!strcmp(name, "size")) plan.size = atoi(value);
    else if (!strcmp(name, "seconds")) plan.seconds = atof(value);
    else if (!strcmp(name, "tick")) plan.tick = atoi(value);
    else if (!strcmp(name, "grace")) plan.grace = atoi(value);
    else if (!strcmp(name, "rate")) plan.rate = atof(value);
    else quit("no such option", name, strlen(name));
}

/* ---- the servers ---- */

/* A listener, a connection of one, or a session with the proxy or NATS. */
struct peer {
    int fd, index, writable;
    enum { LISTENER, DATA, SESSION, BUS } kind;
    enum protocol bus;
    struct buffer in, out, beat;
};

static struct peer *add(int epoll, int fd, int index, int kind) {
    struct peer *p = calloc(1, sizeof *p);
    if (!p) fail("memory");
    *p = (struct peer) {.fd = fd, .index = index, .kind = kind};
    watch(epoll, EPOLL_CTL_ADD, fd, 0, p);
    return p;
}

static void serve_json(struct peer *p, size_t size) {
    const char *message = p->in.bytes + p->in.from;
    size_t policy_length, id_length = 0, source_length, payload_length;
    const char *policy = field(message, size, "\"privPoliId\"", &policy_length);
    if (!policy) return; /* a connection's hello */
    char id[128] = "", text[512];
    if (!memcmp(message, "{\"msgId\"", 8)) {
        const char *given = field(message, size, "\"msgId\"", &id_length);
        sprintf(id, "\"msgId\":%.*s,", (int) id_length, given);
    }
    if (memcmp(policy, "PP_", 3) || (atoi(policy + 3) - 1) % SERVERS != p->index) {
        append(&p->out, text, sprintf(text, "{%s\"Error\":\"a message of another policy\",\"code\":\"NOT_SERVED\",\"retryable\":false}", id));
        return;
    }
    const char *source = field(message, size, "\"srcid\"", &source_length);
    const char *payload = field(message, size, "\"payload\"", &payload_length);
    if (!source || !payload) quit("not a message", message, size);
    append(&p->out, text, sprintf(text, "{%s\"type\":2,\"srcid\":1,\"destid\":%.*s,\"payloadsize\":40,\"payload\":\"%.40s\"}", id,
        (int) source_length, source, known_digest(payload, payload_length)));
}

static void serve_bus(struct peer *p, const struct post *in, size_t length) {
    if (!in->payload) {
        control(in, p->bus, length, &p->out);
    } else if (in->reply) {
        struct post out = {.token = in->token, .token_length = in->token_length,
            .payload = known_digest(in->payload, in->payload_length), .payload_length = DIGITS};
        publish(&p->out, p->bus, &out, in->reply, in->reply_length);
    }
}

/* Handles all that has come. Returns 0 where the peer has gone. */
static int serve(struct peer *p) {
    int state = fill(p->fd, &p->in);
    size_t n;
    struct post post;
    if (p->kind == BUS) {
        while ((n = next_post(&p->in, p->bus, &post))) serve_bus(p, &post, n), take(&p->in, n);
    } else {
        while ((n = object(&p->in))) {
            if (p->kind == DATA) serve_json(p, n);
            take(&p->in, n);
        }
    }
    return state >= 0 && flush(p->fd, &p->out) >= 0;
}

/* Registers a server for all its policies, in one session. Returns the session; its heartbeats are left in its `beat`. */
static struct peer *register_at(int epoll, int proxy, int index, int port, int policies, long long *interval) {
    char text[1024];
    int fd = dial(proxy);
    struct peer *session = calloc(1, sizeof *session);
    if (!session) fail("memory");
    for (int policy = index; policy < policies; policy += SERVERS) {
        int length = sprintf(text, "{\"type\":1,\"proto\":2,\"id\":%d,\"privPolyId\":\"PP_%d\",\"listenport\":%d,\"mux\":true,\"maxInFlight\":1024}",
            index + 1, policy + 1, port);
        if (write(fd, text, length) != length) fail("setup");
        ssize_t n = read(fd, text, sizeof text - 1);
        size_t lease_length, every_length;
        const char *lease = n > 0 ? field(text, n, "\"lease\"", &lease_length) : NULL;
        const char *every = n > 0 ? field(text, n, "\"heartbeatMs\"", &every_length) : NULL;
        if (!lease || !every) quit("the proxy grants no lease", text, n > 0 ? n : 0);
        *interval = atoll(every) * (SECOND / 1000) / 2;
        char beat[512];
        append(&session->beat, beat, sprintf(beat, "{\"type\":3,\"lease\":\"%.*s\"}", (int) lease_length, lease));
    }
    session->fd = fd;
    session->kind = SESSION;
    watch(epoll, EPOLL_CTL_ADD, fd, 0, session);
    return session;
}

/* Subscribes for a policy's messages, which go to one of all that share the subscription, and waits until the bus has confirmed it. */
static void share(int epoll, enum protocol bus, int port, int index) {
    char filter[64];
    struct peer *p = add(epoll, dial(port), index, BUS);
    struct post post;
    p->bus = bus;
    sprintf(filter, bus == NATS ? "PP_%d workers" : "$share/workers/PP_%d", index + 1);
    subscribe(&p->out, bus, filter);
    flush(p->fd, &p->out);
    for (int confirmed = 0; !confirmed; ) {
        size_t n = next_post(&p->in, bus, &post);
        if (n) {
            confirmed = control(&post, bus, n, &p->out);
            take(&p->in, n);
        } else if (fill(p->fd, &p->in) < 0) {
            quit("the bus hung up", "", 0);
        }
    }
}

static void server(enum protocol protocol, const int *ports, int other, int policies) {
    struct epoll_event events[EVENTS];
    struct peer *sessions[SERVERS] = {0};
    long long interval = SECOND;
    int epoll = epoll_create1(0), yes = 1;
    for (int i = 0; i < SERVERS && protocol != JSON; i++) share(epoll, protocol, other, i);
    if (protocol == JSON) add(epoll, listener(ports[1]), 1, LISTENER);
    for (int i = 0; i < SERVERS && protocol == JSON && other; i++)
        sessions[i] = register_at(epoll, other, i, ports[i], policies, &interval);
    /* The first port is the last to be opened: who waits for it knows that all is registered. */
    add(epoll, listener(ports[0]), 0, LISTENER);
    for (long long next = nanos() + interval; ; ) {
        int n = await(epoll, events, next - nanos());
        for (int i = 0; i < n; i++) {
            struct peer *p = events[i].data.ptr;
            if (p->kind == LISTENER) {
                int fd = accept(p->fd, NULL, NULL);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                add(epoll, fd, p->index, DATA);
            } else if (!serve(p)) {
                if (p->kind != DATA) quit("the other side hung up", "", 0);
                close(p->fd);
                free(p->in.bytes);
                free(p->out.bytes);
                free(p);
            } else if (p->writable != (p->out.from < p->out.length)) {
                p->writable = !p->writable;
                watch(epoll, EPOLL_CTL_MOD, p->fd, p->writable, p);
            }
        }
        if (nanos() < next) continue;
        next = nanos() + interval;
        for (int i = 0; i < SERVERS && sessions[i]; i++) {
            append(&sessions[i]->out, sessions[i]->beat.bytes, sessions[i]->beat.length);
            flush(sessions[i]->fd, &sessions[i]->out);
        }
    }
}

int main(int argc, char **argv) {
    int ports[SERVERS] = {0};
    signal(SIGPIPE, SIG_IGN);
    if (argc > 2 && !strcmp(argv[1], "client")) {
        for (int i = 2; i < argc; i++) {
            char *value = strchr(argv[i], '=');
            if (!value) quit("not NAME=VALUE", argv[i], strlen(argv[i]));
            *value = 0;
            set(argv[i], value + 1);
        }
        if (plan.port_count < 1) quit("ports is missing", "", 0);
        client();
        return 0;
    }
    if (argc >= 4 && argc <= 6 && !strcmp(argv[1], "server")) {
        int given = sscanf(argv[3], "%d,%d", &ports[0], &ports[1]);
        if (given == (protocol(argv[2]) == JSON ? SERVERS : 1))
            server(protocol(argv[2]), ports, argc > 4 ? atoi(argv[4]) : 0, argc > 5 ? atoi(argv[5]) : SERVERS);
    }
    fprintf(stderr, "Usage: load client NAME=VALUE… | load server json PORT,PORT [PROXY [POLICIES]] | load server nats|mqtt READY BUS\n");
    return 2;
}
