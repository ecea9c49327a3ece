/* What the parts of the load generator share. */
#ifndef LOAD_H
#define LOAD_H

#define _GNU_SOURCE
#include "bodies.h"
#include "wire.h"

#define HEAD 8192
#define KINDS 16
#define SLICES 6000
#define WINDOWS 16

/* One kind of request, sent as often as its weight among all weights. */
typedef struct {
    char head[512];
    int head_length, weight;
    long upload, expected;
} Kind;

/* How far a connection is until it can carry requests. */
enum { OPEN, CONNECTING, SHAKING, UPGRADING };

typedef struct Connection {
    SSL *ssl;             /* NULL in clear */
    SSL_SESSION *session; /* to be resumed, or NULL */
    int fd, connecting, busy, wants_out, closes, chunked, in_body, head_length;
    const Kind *kind;
    long sent, received, body_left;
    int chunk_state; /* 0 size line, 1 data, 2 end of data, 3 trailer */
    long long scheduled;
    char head[HEAD + 1];
    struct Connection *next_free;
} Connection;

/* What is counted while the clock runs. */
typedef struct {
    long requests, slow, bytes, opened;
    long refused, status, body, lost, reset_idle, stuck, resumed;
    int slices[SLICES];
} Counts;

/* What the command line says, and what is going on. */
typedef struct {
    int connections, seconds, fresh, slow_ms, port, kinds, weights, windows;
    int tls, resumes, tunnels;
    int window_ends[WINDOWS]; /* seconds since the load began, rising */
    double rate; /* requests/s, or 0 for as many as are answered */
    Kind kind[KINDS];
    char *bytes;
    int epoll, waiting_to_connect;
    Connection *all, *idle_first, *idle_last; /* the idle ones, the one that rested longest first */
    long long begun, until;
    Counts counts;
} Load;

extern Load load;

/* Opens all connections; ends the process with a message when they do not open in time. */
void connect_all(void);

/* Sends the next request over a connection that is free. Its time counts from "scheduled". */
void send_request(Connection *c, long long scheduled);

/* Puts a connection behind those that are free. */
void rest(Connection *c);

/* Handles what happens up to the given time, at least once if something has. */
void turn(long long wake);

/* Histograms of times in µs whose buckets are at most 1/128 of their value wide: one of all times, and one of
   each window. ALL_TIMES stands for the first where a window is asked for, and for none where one is given. */
#define ALL_TIMES (-1)
void record_us(long us, int window);
long percentile_us(int window, double percent);
long greatest_us(int window);
long recorded(int window);

/* Feeds bytes of an answer. Returns 1 when it is whole, 0 when more is to come, -1 when it is wrong: then
   "why" is the counter to raise. */
int answer_bytes(Connection *c, const char *in, long n, const char *expected, Counts *counts, long **why);

#endif
