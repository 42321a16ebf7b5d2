/* Scanning of bytes: where a plain run of text ends, comparing, hashing. Leaf C without any Python object.

Each function reads no byte at or behind `end`. The portable form works on 8 bytes at a time; SSE2 and NEON stand behind
#if and give the same answers; -DOCPPCORE_SCALAR leaves them out, so that tests can build the portable one anywhere. */
#ifndef OCPPCORE_SCAN_H
#define OCPPCORE_SCAN_H
#include <stdint.h>
#include <string.h>
#include <stddef.h>

#if !defined(OCPPCORE_SCALAR) && (defined(__SSE2__) || defined(_M_X64))
#define OCPPCORE_SSE2 1
#include <emmintrin.h>
#elif !defined(OCPPCORE_SCALAR) && defined(__aarch64__) && defined(__ARM_NEON)
#define OCPPCORE_NEON 1
#include <arm_neon.h>
#endif

#if defined(__GNUC__)
#define SCAN_LIKELY(x) __builtin_expect(!!(x), 1)
#else
#define SCAN_LIKELY(x) (x)
#endif

static inline uint64_t scan_load8(const char *at) { uint64_t word; memcpy(&word, at, 8); return word; }
static inline uint32_t scan_load4(const char *at) { uint32_t word; memcpy(&word, at, 4); return word; }

/* 1 for what ends a plain run: a quote, a backslash, a control character, a byte that is not ASCII. */
static const unsigned char SCAN_SPECIAL[256] = {
    1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1, 0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
    0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0, 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
    1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,
    1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,
};

/* True if one of 8 bytes is special. A set high bit of (byte - 0x20) means: below 0x20, or at least 0xa0; the carry into
   a byte can only follow a byte that is special itself, so the answer for the whole word is exact. */
static inline int scan_any_special(uint64_t word) {
    const uint64_t ones = 0x0101010101010101ull, highs = 0x8080808080808080ull;
    uint64_t quote = word ^ (ones * 0x22), slash = word ^ (ones * 0x5c);
    return (((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & highs) != 0;
}

/* The first special byte of [at, end), or end. */
static inline const char *scan_plain(const char *at, const char *end) {
#if defined(OCPPCORE_SSE2)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x20);
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)at);
        /* compared as signed: bytes of 0x80 and above are negative, hence below 0x20 as well */
        __m128i found = _mm_or_si128(_mm_cmplt_epi8(bytes, low),
                                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask) {
#if defined(__GNUC__)
            return at + __builtin_ctz(mask);
#else
            while (!(mask & 1)) { mask >>= 1; at++; }
            return at;
#endif
        }
        at += 16;
    }
#elif defined(OCPPCORE_NEON)
    while (end - at >= 16) {
        int8x16_t bytes = vld1q_s8((const int8_t *)at);
        uint8x16_t found = vorrq_u8(vcltq_s8(bytes, vdupq_n_s8(0x20)),
                                    vorrq_u8(vceqq_s8(bytes, vdupq_n_s8('"')), vceqq_s8(bytes, vdupq_n_s8('\\'))));
        /* four bits for each byte: NEON has no movemask */
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
        if (mask) return at + (__builtin_ctzll(mask) >> 2);
        at += 16;
    }
#endif
    while (end - at >= 8 && !scan_any_special(scan_load8(at))) at += 8;
    while (at < end && !SCAN_SPECIAL[(unsigned char)*at]) at++;
    return at;
}

/* True if [at, end) is ASCII. */
static inline int scan_is_ascii(const char *at, const char *end) {
    for (; end - at >= 8; at += 8) if (scan_load8(at) & 0x8080808080808080ull) return 0;
    for (; at < end; at++) if ((signed char)*at < 0) return 0;
    return 1;
}

/* True if n bytes are equal; both sides have n bytes. No call for the usual short ones. */
static inline int scan_same(const char *left, const char *right, ptrdiff_t n) {
    if (n >= 8) {
        ptrdiff_t done = 0;
        for (; done + 8 <= n; done += 8) if (scan_load8(left + done) != scan_load8(right + done)) return 0;
        return scan_load8(left + n - 8) == scan_load8(right + n - 8);
    }
    if (n >= 4) return scan_load4(left) == scan_load4(right) && scan_load4(left + n - 4) == scan_load4(right + n - 4);
    for (ptrdiff_t i = 0; i < n; i++) if (left[i] != right[i]) return 0;
    return 1;
}

/* The first 8 of n bytes as a word, zeros behind the last; nothing at or behind `end` is read. */
static inline uint64_t scan_prefix(const char *at, ptrdiff_t n, const char *end) {
    if (n >= 8) return scan_load8(at);
    if (SCAN_LIKELY(end - at >= 8)) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        return scan_load8(at) & ~(~0ull >> (8 * n));
#else
        return scan_load8(at) & (((uint64_t)1 << (8 * n)) - 1);
#endif
    }
    uint64_t word = 0;
    memcpy(&word, at, (size_t)n);
    return word;
}

/* A hash of n bytes with that prefix, for tables whose keys are ours: what the peer sends is only looked up. Names that
   differ in the middle alone are common, hence the look there. */
static inline uint32_t scan_hash(uint64_t prefix, const char *at, ptrdiff_t n) {
    uint64_t mixed = prefix + (uint64_t)n;
    if (n > 8) mixed += (scan_load8(at + n - 8) << 9) ^ (scan_load8(at + (n >> 1) - 4) << 3);
    return (uint32_t)((mixed * 0x9e3779b97f4a7c15ull) >> 44);
}

/* The first bytes of a key, for a comparison in one step: a word, and the mask of its bytes that count. */
static inline uint64_t scan_head(const char *key, ptrdiff_t n) {
    uint64_t word = 0;
    memcpy(&word, key, n < 8 ? (size_t)n : 8);
    return word;
}
static inline uint64_t scan_mask(ptrdiff_t n) {
    uint64_t mask = 0;
    memset(&mask, 0xff, n < 8 ? (size_t)n : 8);
    return mask;
}

static inline int scan_lowest(uint64_t bits) {
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int at = 0;
    while (!(bits & 1)) { bits >>= 1; at++; }
    return at;
#endif
}
#endif
