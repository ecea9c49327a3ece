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
static SSL_CTX *context;

/* Under TLS 1.3 a session comes after the handshake; the last one of a connection is kept. */
static int keep(SSL *ssl, SSL_SESSION *session) {
    Connection *c = SSL_get_app_data(ssl);
    SSL_SESSION_free(c->session);
    c->session = session;
    return 1;
}

static void secure(Connection *c) {
    if (!context) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                         | SSL_MODE_RELEASE_BUFFERS);
        if (load.resumes) {
            SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
            SSL_CTX_sess_set_new_cb(context, keep);
        }
    }
    c->ssl = SSL_new(context);
    SSL_set_app_data(c->ssl, c);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_tlsext_host_name(c->ssl, "localhost");
    SSL_set_connect_state(c->ssl);
    if (c->session) {
        SSL_set_session(c->ssl, c->session);
    }
}

static void close_connection(Connection *c) {
    if (c->ssl) {
        /* Without a word of farewell, which the proxy would have to read; the session stays good. */
        SSL_set_quiet_shutdown(c->ssl, 1);
        SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
        c->ssl = NULL;
    }
    close(c->fd);
}

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
    c->connecting = CONNECTING;
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
        ssize_t n = wire_send(c->fd, c->ssl, from, left, in_head && k->upload ? MSG_MORE : 0);
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
    close_connection(c);
    c->busy = 0;
    open_connection(c);
}

void send_request(Connection *c, long long scheduled) {
    c->kind = draw();
    c->busy = 1;
    c->sent = c->head_length = c->in_body = 0;
    c->scheduled = scheduled;
    if (load.tunnels) {
        c->in_body = 1;
        c->chunked = c->received = 0;
        c->body_left = c->kind->expected;
    }
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
        close_connection(c);
        open_connection(c);
    }
    next_request(c);
}

static void failed(Connection *c, long *counter) {
    (*counter)++;
    reopen(c);
    next_request(c);
}

/* Reads once; returns 0 when there is no more to read now. */
static int read_some(Connection *c) {
    static char in[256 * 1024];
    ssize_t n = wire_recv(c->fd, c->ssl, in, sizeof in);
    if (n < 0 && errno == EAGAIN) {
        return 0;
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
    return c->ssl && c->connecting == OPEN;
}

static void readable(Connection *c) {
    while (read_some(c)) {
    }
}

static void again(Connection *c) {
    load.counts.refused++;
    close_connection(c);
    open_connection(c);
}

static void ready(Connection *c) {
    c->connecting = OPEN;
    load.waiting_to_connect--;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (c->busy && push(c) < 0) {
        failed(c, &load.counts.lost);
    }
}

static void ask_for_tunnel(Connection *c) {
    static const char ask[] = "GET /tunnel HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                              "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    c->connecting = UPGRADING;
    c->head_length = 0;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (wire_send(c->fd, c->ssl, ask, sizeof ask - 1, 0) != sizeof ask - 1) {
        again(c);
    }
}

/* The answer comes alone, as nothing is said in the tunnel yet. */
static void upgraded(Connection *c) {
    ssize_t n = wire_recv(c->fd, c->ssl, c->head + c->head_length, HEAD - c->head_length);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    c->head_length += n > 0 ? n : 0;
    c->head[c->head_length] = 0;
    if (n <= 0 || c->head_length == HEAD) {
        again(c);
    } else if (strstr(c->head, "\r\n\r\n")) {
        if (strncmp(c->head, "HTTP/1.1 101 ", 13)) {
            load.counts.status++;
            again(c);
        } else {
            ready(c);
        }
    }
}

static void carries(Connection *c) {
    if (load.tunnels) {
        ask_for_tunnel(c);
    } else {
        ready(c);
    }
}

static void shake(Connection *c) {
    int done = wire_shake(c->ssl);
    if (done < 0) {
        again(c);
    } else if (done) {
        load.counts.resumed += SSL_session_reused(c->ssl);
        carries(c);
    }
}

static void connected(Connection *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        again(c);
    } else if (load.tls) {
        c->connecting = SHAKING;
        watch(c, EPOLL_CTL_MOD, EPOLLIN);
        secure(c);
        shake(c);
    } else {
        carries(c);
    }
}

static void ahead(Connection *c) {
    if (c->connecting == CONNECTING) {
        connected(c);
    } else if (c->connecting == SHAKING) {
        shake(c);
    } else {
        upgraded(c);
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
            if (c->connecting != CONNECTING || events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
                ahead(c);
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
