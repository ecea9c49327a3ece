/* The load generator: one thread, HTTP/1.1, every byte of every answer compared.

   load [-c connections] [-d seconds] [-r requests/s] [-n] [-w s,s,…] [-l ms] [-t] [-s] [-u]
        PORT METHOD:PATH:UPLOAD:EXPECTED:WEIGHT…

   Without -r each connection sends its next request when the last one is answered. With -r requests have
   times of their own, evenly spaced; one whose time comes while every connection is busy waits, and all
   answer times count from the scheduled time, so that a stall is felt by all whom it would have kept waiting
   (no coordinated omission). -n: a new connection for each request. -w: the ends of windows, in seconds,
   whose answers are reported each for itself, by the time at which they came. -l: counts the answers that took
   longer. -t: under TLS, whatever certificate comes. -s: a new connection resumes the session of the one
   before. -u: each connection becomes a tunnel; what goes up must come back, without heads.

   It connects, writes "ready", waits for a line, loads for the given time, and writes one line of JSON while
   its connections are still open; it ends at the end of its input. */
#include "load.h"
#include <getopt.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#define STUCK_NS 10000000000LL

Load load = {.connections = 64, .seconds = 10};
static long scheduled_count;

static void send_what_is_due(void) {
    while (load.idle_first) {
        long long due = load.begun + (long long) (scheduled_count * 1e9 / load.rate);
        if (due > now_ns() || due >= load.until) {
            return;
        }
        Connection *c = load.idle_first;
        load.idle_first = c->next_free;
        scheduled_count++;
        send_request(c, due);
    }
}

static void run(void) {
    load.begun = now_ns();
    load.until = load.begun + load.seconds * 1000000000LL;
    for (int i = 0; i < load.connections; i++) {
        if (load.rate > 0) {
            rest(&load.all[i]);
        } else {
            send_request(&load.all[i], now_ns());
        }
    }
    while (now_ns() < load.until) {
        long long wake = load.until;
        if (load.rate > 0) {
            send_what_is_due();
            long long due = load.begun + (long long) (scheduled_count * 1e9 / load.rate);
            wake = load.idle_first && due < load.until ? due : load.until;
        }
        turn(wake);
    }
    load.until = now_ns();
    for (int i = 0; i < load.connections; i++) {
        load.counts.stuck += load.all[i].busy && load.until - load.all[i].scheduled > STUCK_NS;
    }
}

/* Requests that were due and found no free connection before the end: they are no answers, but known. */
static long never_sent(void) {
    long due = (long) (load.rate * load.seconds);
    return due > scheduled_count ? due - scheduled_count : 0;
}

static void report(void) {
    printf("{\"slow\":%ld,\"resumed\":%ld,", load.counts.slow, load.counts.resumed);
    printf("\"requests\":%ld,\"duration_us\":%lld,\"bytes\":%ld,\"opened\":%ld,\"closed_at_rest\":%ld,"
           "\"never_sent\":%ld,\"p50_us\":%ld,\"p99_us\":%ld,\"p999_us\":%ld,\"max_us\":%ld,",
           load.counts.requests, (load.until - load.begun) / 1000, load.counts.bytes, load.counts.opened,
           load.counts.reset_idle, never_sent(), percentile_us(ALL_TIMES, 50),
           percentile_us(ALL_TIMES, 99), percentile_us(ALL_TIMES, 99.9), greatest_us(ALL_TIMES));
    const Counts *n = &load.counts;
    printf("\"errors\":{\"refused\":%ld,\"status\":%ld,\"body\":%ld,\"lost\":%ld,\"stuck\":%ld},",
           n->refused, n->status, n->body, n->lost, n->stuck);
    printf("\"windows\":[");
    for (int i = 0; i < load.windows; i++) {
        printf("%s{\"to_s\":%d,\"requests\":%ld,\"p50_us\":%ld,\"p99_us\":%ld,\"max_us\":%ld}",
               i ? "," : "", load.window_ends[i], recorded(i), percentile_us(i, 50), percentile_us(i, 99),
               greatest_us(i));
    }
    printf("],\"per_100ms\":[");
    for (int i = 0; i < load.seconds * 10 && i < SLICES; i++) {
        printf(i ? ",%d" : "%d", load.counts.slices[i]);
    }
    puts("]}");
    fflush(stdout);
}

static void add_kind(const char *text) {
    char method[8], path[128];
    Kind *k = &load.kind[load.kinds++];
    if (load.kinds > KINDS || sscanf(text, "%7[A-Z]:%127[^:]:%ld:%ld:%d", method, path, &k->upload,
            &k->expected, &k->weight) != 5 || k->upload > LARGEST || k->expected > LARGEST) {
        fprintf(stderr, "load: %s (expected: METHOD:PATH:UPLOAD:EXPECTED:WEIGHT)\n", text);
        exit(2);
    }
    char length[64] = "";
    if (k->upload) {
        snprintf(length, sizeof length, "Content-Length: %ld\r\n", k->upload);
    }
    k->head_length = snprintf(k->head, sizeof k->head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s\r\n",
                              method, path, load.port, length, load.fresh ? "Connection: close\r\n" : "");
    if (load.tunnels) {
        k->head_length = 0;
    }
    load.weights += k->weight;
}

static void add_windows(char *text) {
    for (char *end = strtok(text, ","); end && load.windows < WINDOWS; end = strtok(NULL, ",")) {
        load.window_ends[load.windows++] = atoi(end);
    }
}

int main(int count, char **arguments) {
    int option;
    while ((option = getopt(count, arguments, "c:d:r:nw:l:tsu")) > 0) {
        load.connections = option == 'c' ? atoi(optarg) : load.connections;
        load.seconds = option == 'd' ? atoi(optarg) : load.seconds;
        load.rate = option == 'r' ? atof(optarg) : load.rate;
        load.slow_ms = option == 'l' ? atoi(optarg) : load.slow_ms;
        load.fresh |= option == 'n';
        load.tls |= option == 't';
        load.resumes |= option == 's';
        load.tunnels |= option == 'u';
        if (option == 'w') {
            add_windows(optarg);
        }
    }
    load.port = optind < count ? atoi(arguments[optind++]) : 0;
    while (optind < count) {
        add_kind(arguments[optind++]);
    }
    if (!load.kinds || load.connections < 1) {
        fprintf(stderr, "usage: load [-c n] [-d s] [-r n] [-n] [-w s,…] [-l ms] [-t] [-s] [-u] PORT "
                "METHOD:PATH:UPLOAD:EXPECTED:WEIGHT…\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1);
    load.bytes = bodies();
    load.epoll = epoll_create1(0);
    connect_all();
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) {
        return 0;
    }
    run();
    report();
    while (getchar() != EOF) {
    }
    return 0;
}
