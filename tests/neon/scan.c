/* The functions of scan.h on every short length, every byte at every place, and random texts, against plain loops.

Each text ends where a page ends behind which nothing may be read, so that one byte too many is a crash. Prints the form
that was compiled (NEON, SSE2, scalar), the number of checks, and a digest of all answers: the same for every form.
PLANTED_ANSWER and PLANTED_READ are bugs that must be seen. Exit 1: an answer is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../ocppcore/wire/scan.h"

#if defined(OCPPCORE_NEON)
#define FORM "NEON"
#elif defined(OCPPCORE_SSE2)
#define FORM "SSE2"
#else
#define FORM "scalar"
#endif

static uint64_t seed = 16, digest = 1469598103934665603ull;
static unsigned long checks;
static char *wall; /* nothing may be read from here on */

static uint32_t draw(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return (uint32_t)(seed >> 16); }

static void check(const char *what, uint64_t found, uint64_t expected, ptrdiff_t length) {
    if (found != expected) {
        printf("%s: %s of %td bytes is %llu, not %llu\n", FORM, what, length, (unsigned long long)found,
               (unsigned long long)expected);
        exit(1);
    }
    digest = (digest ^ found) * 1099511628211ull;
    checks++;
}

static const char *plain_end(const char *at, const char *end) {
#if defined(PLANTED_ANSWER)
    return end - at == 33 && at[17] == '"' ? at + 18 : scan_plain(at, end);
#elif defined(PLANTED_READ)
    volatile char beyond = *end; (void)beyond;
    return scan_plain(at, end);
#else
    return scan_plain(at, end);
#endif
}

static int special(unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\' || byte >= 0x80; }

static ptrdiff_t slow_plain(const char *text, ptrdiff_t n) {
    ptrdiff_t at = 0;
    while (at < n && !special((unsigned char)text[at])) at++;
    return at;
}

static int slow_ascii(const char *text, ptrdiff_t n) {
    for (ptrdiff_t at = 0; at < n; at++) if ((unsigned char)text[at] >= 0x80) return 0;
    return 1;
}

static uint64_t slow_prefix(const char *text, ptrdiff_t n) {
    char bytes[8] = {0};
    uint64_t word;
    memcpy(bytes, text, n < 8 ? (size_t)n : 8);
    memcpy(&word, bytes, 8);
    return word;
}

/* All that is asked about one text, which lies right before the wall. */
static void ask(const char *text, ptrdiff_t n) {
    const char *end = text + n;
    check("scan_plain", (uint64_t)(plain_end(text, end) - text), (uint64_t)slow_plain(text, n), n);
    check("scan_is_ascii", (uint64_t)scan_is_ascii(text, end), (uint64_t)slow_ascii(text, n), n);
    uint64_t prefix = scan_prefix(text, n, end);
    check("scan_prefix", prefix, slow_prefix(text, n), n);
    check("scan_head", scan_head(text, n), slow_prefix(text, n), n);
    check("scan_mask", scan_head(text, n) & scan_mask(n), slow_prefix(text, n), n);
    check("scan_hash", scan_hash(prefix, text, n), scan_hash(slow_prefix(text, n), text, n), n);
    for (ptrdiff_t shorter = n < 8 ? n : 8; shorter >= 0; shorter--) /* the beginning of a longer text */
        check("scan_prefix in a text", scan_prefix(text, shorter, end), slow_prefix(text, shorter), shorter);
    if (n >= 8) {
        int any = 0;
        for (int at = 0; at < 8; at++) any |= special((unsigned char)text[at]);
        check("scan_any_special", (uint64_t)scan_any_special(scan_load8(text)), (uint64_t)any, n);
    }
}

/* scan_same: both sides end at a wall of their own; equal, then different in one byte. */
static void compare(char *left, ptrdiff_t n, char *other_wall) {
    char *right = other_wall - n;
    memcpy(right, left, (size_t)n);
    check("scan_same", (uint64_t)scan_same(left, right, n), 1, n);
    for (ptrdiff_t at = 0; at < n; at++) {
        right[at] ^= (char)(1u << (draw() % 8));
        check("scan_same with a difference", (uint64_t)scan_same(left, right, n), 0, n);
        right[at] = left[at];
    }
}

static char *make_wall(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE)) { perror("mmap"); exit(2); }
    return pages + page;
}

int main(void) {
    char *other_wall = make_wall();
    wall = make_wall();
    for (ptrdiff_t n = 0; n <= 67; n++) { /* each byte at each place of a plain text */
        char *text = wall - n;
        memset(text, 'a', (size_t)n);
        ask(text, n);
        compare(text, n, other_wall);
        for (ptrdiff_t at = 0; at < n; at++) {
            for (int byte = 0; byte < 256; byte++) { text[at] = (char)byte; ask(text, n); }
            text[at] = 'a';
        }
    }
    for (int round = 0; round < 300000; round++) { /* random texts: few, some, or only special bytes */
        ptrdiff_t n = draw() % (round % 16 ? 100 : 2000);
        char *text = wall - n;
        for (ptrdiff_t at = 0; at < n; at++)
            text[at] = (char)(draw() % (2 + round % 60) ? 0x20 + draw() % 0x60 : draw());
        ask(text, n);
        if (round % 8 == 0 && n < 100) compare(text, n, other_wall);
    }
    for (int bit = 0; bit < 64; bit++)
        check("scan_lowest", (uint64_t)scan_lowest(((uint64_t)draw() << 32 | draw() | 1) << bit), (uint64_t)bit, bit);
    printf("%s %lu %016llx\n", FORM, checks, (unsigned long long)digest);
    return 0;
}
