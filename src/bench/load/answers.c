/* Reads answers, compares every byte of their bodies, and keeps the histogram of their times. */
#include "load.h"

#define SUB 128
typedef struct {
    long buckets[64 * SUB], greatest, recorded;
} Histogram;

/* The first is that of all times, the others those of the windows. */
static Histogram histograms[1 + WINDOWS];

static int bucket(long us) {
    int shift = 0;
    while (us >> shift >= 2 * SUB) {
        shift++;
    }
    return shift * SUB + (int) (us >> shift);
}

static void add(Histogram *h, long us) {
    h->buckets[bucket(us)]++;
    h->recorded++;
    h->greatest = us > h->greatest ? us : h->greatest;
}

void record_us(long us, int window) {
    us = us < 0 ? 0 : us;
    add(&histograms[0], us);
    if (window >= 0) {
        add(&histograms[1 + window], us);
    }
}

long percentile_us(int window, double percent) {
    const Histogram *h = &histograms[1 + window];
    long wanted = (long) (h->recorded * percent / 100), seen = 0;
    for (int i = 0; i < 64 * SUB; i++) {
        seen += h->buckets[i];
        if (seen > wanted) {
            int shift = i < 2 * SUB ? 0 : i / SUB - 1;
            return (long) (i - shift * SUB) << shift;
        }
    }
    return h->greatest;
}

long greatest_us(int window) {
    return histograms[1 + window].greatest;
}

long recorded(int window) {
    return histograms[1 + window].recorded;
}

static int wrong(long *counter, long **why) {
    *why = counter;
    return -1;
}

/* Understands a complete head, which ends in a zero byte. */
static int begin_body(Connection *c, Counts *counts, long **why) {
    const char *length = header(c->head, "\ncontent-length:");
    const char *coding = header(c->head, "\ntransfer-encoding:");
    const char *connection = header(c->head, "\nconnection:");
    if (strncmp(c->head, "HTTP/1.1 200 ", 13)) {
        return wrong(&counts->status, why);
    }
    c->closes = connection && !strncasecmp(connection, "close", 5);
    c->chunked = coding != NULL;
    c->chunk_state = 0;
    c->received = 0;
    c->body_left = length ? strtol(length, NULL, 10) : 0;
    c->in_body = 1;
    c->head_length = 0;
    if (!c->chunked && (!length || c->body_left != c->kind->expected)) {
        return wrong(&counts->body, why);
    }
    return 0;
}

static int compare(Connection *c, const char *in, long n, const char *expected) {
    if (c->received + n > c->kind->expected || memcmp(in, expected + c->received, n)) {
        return -1;
    }
    c->received += n;
    c->body_left -= n;
    return 0;
}

/* A line of the chunked coding, gathered in c->head; returns the bytes used, and 1 in "whole" at its end. */
static long line(Connection *c, const char *in, long n, int *whole) {
    long used = 0;
    *whole = 0;
    while (used < n && !*whole) {
        char b = in[used++];
        *whole = b == '\n';
        if (c->head_length < HEAD) {
            c->head[c->head_length++] = b;
        }
    }
    c->head[c->head_length] = 0;
    return used;
}

static int chunked(Connection *c, const char *in, long n, const char *expected) {
    while (n > 0) {
        int whole;
        long used;
        if (c->chunk_state == 1) {
            used = n < c->body_left ? n : c->body_left;
            if (compare(c, in, used, expected)) {
                return -1;
            }
            c->chunk_state = c->body_left ? 1 : 2;
        } else {
            used = line(c, in, n, &whole);
            if (whole) {
                int state = c->chunk_state;
                int empty = c->head[0] == '\r' || c->head[0] == '\n';
                c->body_left = state == 0 ? strtol(c->head, NULL, 16) : 0;
                c->chunk_state = state == 2 ? 0 : state == 0 && c->body_left ? 1 : 3;
                c->head_length = 0;
                if (state == 3 && empty) {
                    return c->received == c->kind->expected ? 1 : -1;
                }
            }
        }
        in += used;
        n -= used;
    }
    return 0;
}

int answer_bytes(Connection *c, const char *in, long n, const char *expected, Counts *counts, long **why) {
    if (!c->in_body) {
        int have = n < HEAD - c->head_length ? n : HEAD - c->head_length;
        int from = c->head_length > 3 ? c->head_length - 3 : 0;
        memcpy(c->head + c->head_length, in, have);
        c->head[c->head_length + have] = 0;
        char *end = strstr(c->head + from, "\r\n\r\n");
        if (!end) {
            c->head_length += have;
            return c->head_length < HEAD ? 0 : wrong(&counts->status, why);
        }
        long used = end + 4 - c->head - c->head_length;
        end[4] = 0;
        if (begin_body(c, counts, why)) {
            return -1;
        }
        in += used;
        n -= used;
    }
    int read = c->chunked ? chunked(c, in, n, expected) : compare(c, in, n, expected);
    if (read < 0) {
        return wrong(&counts->body, why);
    }
    return c->chunked ? read : c->body_left == 0;
}
