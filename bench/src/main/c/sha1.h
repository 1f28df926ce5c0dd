/* SHA-1 (FIPS 180-4), for texts of any length. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS = 40 };

static uint32_t turn(uint32_t x, int n) {
    return x << n | x >> (32 - n);
}

static void block(uint32_t h[5], const uint8_t *p) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t) p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 80; i++) w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
        uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
        uint32_t t = turn(a, 5) + f + e + k + w[i];
        e = d, d = c, c = turn(b, 30), b = a, a = t;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
}

/* Writes the digits of the SHA-1 of a text. */
static void digest(const char *text, size_t length, char *digits) {
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t last[128] = {0};
    size_t whole = length / 64 * 64, rest = length - whole, end = rest < 56 ? 64 : 128;
    for (size_t i = 0; i < whole; i += 64) block(h, (const uint8_t *) text + i);
    memcpy(last, text + whole, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++) last[end - 1 - i] = (uint64_t) length * 8 >> 8 * i;
    for (size_t i = 0; i < end; i += 64) block(h, last + i);
    for (int i = 0; i < DIGITS; i++) digits[i] = "0123456789abcdef"[h[i / 8] >> (28 - i % 8 * 4) & 15];
}
