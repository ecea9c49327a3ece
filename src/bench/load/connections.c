/* The connections of the load generator: opened, written to, read from, opened again. */
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOURCES 8
#define CONNECT_NS 20000000000LL

static unsigned lot = 12345;

static void watch(Connection *c, int operation, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    c->wants_out = (events & EPOLLOUT) != 0;
    epoll_ctl(load.epoll, operation, c->fd, &event);
}

void rest(Connection *c) {
    c->next_free = NULL;
    *(load.idle_first ? &load.idle_last->next_free : &load.idle_first) = c;
    load.idle_last = c;
}

/* Spread over addresses of this host, as clients are, and so that ports do not run out. */
static void open_connection(Connection *c) {
    int on = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(load.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (c - load.all) % SOURCES)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) {
        die("load: socket");
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    bind(c->fd, (struct sockaddr *) &from, sizeof from);
    c->connecting = 1;
    c->in_body = c->head_length = 0;
    load.counts.opened++;
    if (connect(c->fd, (struct sockaddr *) &to, sizeof to) && errno != EINPROGRESS) {
        if (errno == EADDRNOTAVAIL) {
            fputs("load: no ephemeral port is free: wait a minute for those of closed connections, or widen "
                  "net.ipv4.ip_local_port_range\n", stderr);
            exit(1);
        }
        load.counts.refused++;
    }
    watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static const Kind *draw(void) {
    lot = lot * 1664525 + 1013904223;
    int at = load.kinds == 1 ? 0 : (int) ((lot >> 8) % load.weights);
    const Kind *drawn = load.kind;
    while (at >= drawn->weight) {
        at -= drawn++->weight;
    }
    return drawn;
}

/* Sends what is left of the request; returns -1 when the connection is gone. */
static int push(Connection *c) {
    const Kind *k = c->kind;
    while (c->sent < k->head_length + k->upload) {
        int in_head = c->sent < k->head_length;
        const char *from = in_head ? k->head + c->sent : load.bytes + c->sent - k->head_length;
        long left = in_head ? k->head_length - c->sent : k->head_length + k->upload - c->sent;
        ssize_t n = send(c->fd, from, left, MSG_NOSIGNAL | (in_head && k->upload ? MSG_MORE : 0));
        if (n < 0 && errno == EAGAIN) {
            if (!c->wants_out) {
                watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            }
            return 0;
        }
        if (n < 0) {
            return -1;
        }
        c->sent += n;
    }
    if (c->wants_out) {
        watch(c, EPOLL_CTL_MOD, EPOLLIN);
    }
    return 0;
}

static void reopen(Connection *c) {
    close(c->fd);
    c->busy = 0;
    open_connection(c);
}

void send_request(Connection *c, long long scheduled) {
    c->kind = draw();
    c->busy = 1;
    c->sent = c->head_length = c->in_body = 0;
    c->scheduled = scheduled;
    if (!c->connecting && push(c) < 0) {
        /* Closed while it rested: seen only now. It is the proxy's to announce, so it counts. */
        load.counts.lost++;
        reopen(c);
        c->busy = 1;
        c->sent = 0;
    }
}

static void next_request(Connection *c) {
    if (load.rate > 0) {
        rest(c);
    } else {
        send_request(c, now_ns());
    }
}

/* The window that a time is in, or ALL_TIMES where it is in none. */
static int window_of(long long now) {
    for (int i = 0; i < load.windows; i++) {
        if (now - load.begun < load.window_ends[i] * 1000000000LL) {
            return i;
        }
    }
    return ALL_TIMES;
}

static void answered(Connection *c) {
    long long now = now_ns();
    load.counts.requests++;
    load.counts.slow += load.slow_ms && now - c->scheduled > load.slow_ms * 1000000LL;
    load.counts.bytes += c->received;
    record_us((now - c->scheduled) / 1000, window_of(now));
    long slice = (now - load.begun) / 100000000;
    load.counts.slices[slice < 0 ? 0 : slice < SLICES ? slice : SLICES - 1]++;
    c->busy = c->in_body = c->head_length = 0;
    if (load.fresh || c->closes) {
        close(c->fd);
        open_connection(c);
    }
    next_request(c);
}

static void failed(Connection *c, long *counter) {
    (*counter)++;
    reopen(c);
    next_request(c);
}

static void readable(Connection *c) {
    static char in[256 * 1024];
    ssize_t n = recv(c->fd, in, sizeof in, 0);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0 && !c->busy) {
        load.counts.reset_idle++;
        reopen(c); /* It stays in the line of those that rest. */
    } else if (n <= 0) {
        failed(c, &load.counts.lost);
    } else if (!c->busy) {
        load.counts.body++;
        reopen(c);
    } else {
        long *why;
        int whole = answer_bytes(c, in, n, load.bytes, &load.counts, &why);
        if (whole < 0) {
            failed(c, why);
        } else if (whole) {
            answered(c);
        }
    }
}

static void connected(Connection *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        load.counts.refused++;
        close(c->fd);
        open_connection(c);
        return;
    }
    c->connecting = 0;
    load.waiting_to_connect--;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (c->busy && push(c) < 0) {
        failed(c, &load.counts.lost);
    }
}

/* Waits until the next scheduled request at the latest, to the microsecond. */
void turn(long long wake) {
    static struct epoll_event events[512];
    long long left = wake - now_ns();
    struct timespec patience = {.tv_sec = left > 0 ? left / 1000000000 : 0,
                                .tv_nsec = left > 0 ? left % 1000000000 : 0};
    struct pollfd waits = {.fd = load.epoll, .events = POLLIN};
    if (ppoll(&waits, 1, &patience, NULL) <= 0) {
        return;
    }
    int n = epoll_wait(load.epoll, events, 512, 0);
    for (int i = 0; i < n; i++) {
        Connection *c = events[i].data.ptr;
        if (c->connecting) {
            if (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
                connected(c);
            }
        } else if (events[i].events & EPOLLOUT && c->busy && push(c) < 0) {
            failed(c, &load.counts.lost);
        } else if (events[i].events & ~EPOLLOUT) {
            readable(c);
        }
    }
}

void connect_all(void) {
    load.all = calloc(load.connections, sizeof *load.all);
    load.waiting_to_connect = load.connections;
    long long limit = now_ns() + CONNECT_NS;
    for (int i = 0; i < load.connections; i++) {
        open_connection(&load.all[i]);
        while (i % 256 == 255 && load.waiting_to_connect > load.connections - i - 1
               && now_ns() < limit) {
            turn(now_ns() + 10000000);
        }
    }
    while (load.waiting_to_connect > 0 && now_ns() < limit) {
        turn(now_ns() + 10000000);
    }
    if (load.waiting_to_connect > 0) {
        fprintf(stderr, "load: %d of %d connections did not open\n",
                load.waiting_to_connect, load.connections);
        exit(1);
    }
    load.counts = (Counts) {0};
}
