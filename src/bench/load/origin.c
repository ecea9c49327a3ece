/* The origin: one thread, cheap enough to share a core with the load generator.

   GET or POST /N     200 with a body of N bytes, after the delay; of a POST every byte is compared first,
                      and 500 says that one was wrong
   GET /seen          the request's head as it arrived, which shows what a proxy adds
   GET /stats         connections accepted and requests answered so far, this one and its connection apart

   The request for a WebSocket that load sends is answered with 101, and what comes then is sent back as it came.

   Arguments: delay in ms, then one or more ports of 127.0.0.1; tls:PORT is one under TLS, with the
   certificate and key of the PEM file that CERTIFICATE in the environment names. */
#define _GNU_SOURCE
#include "bodies.h"
#include "wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define HEAD 4096
#define SENDFILE_FROM 65536
#define ECHO (256 * 1024)

typedef struct Connection {
    SSL *ssl; /* NULL in clear */
    int fd, listens, secure, head_length, status, closes;
    long upload_left, upload_seen, answer_length, sent;
    int head_sent, out_length;
    const char *body;
    char head[HEAD + 1], out[192];
    long long due;
    char *echo; /* of a tunnel: what came and is not sent back yet, from "echo_from" to "echo_to" */
    long echo_from, echo_to;
    struct Connection *next;
} Connection;

static char *bytes;
static SSL_CTX *context;
static int epoll, memory;
static long long delay_ns;
static long accepted, answered;
static Connection *first, *last;

static void watch(Connection *c, int operation, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(epoll, operation, c->fd, &event);
}

static void gone(Connection *c) {
    SSL_free(c->ssl);
    c->ssl = NULL;
    free(c->echo);
    c->echo = NULL;
    close(c->fd);
    if (c->due) {
        c->fd = -1; /* It waits in the line, and is freed when its turn comes. */
    } else {
        free(c);
    }
}

/* Head and body of a small answer go into one record. */
static int flush_secure(Connection *c) {
    static char both[16384];
    while (c->head_sent < c->out_length || c->sent < c->answer_length) {
        long head = c->out_length - c->head_sent, body = c->answer_length - c->sent;
        body = body < (long) sizeof both - head ? body : (long) sizeof both - head;
        memcpy(both, c->out + c->head_sent, head);
        memcpy(both + head, c->body + c->sent, body);
        ssize_t n = wire_send(c->fd, c->ssl, both, head + body, 0);
        if (n < 0) {
            return errno == EAGAIN ? 0 : -1;
        }
        c->head_sent += n < head ? n : head;
        c->sent += n < head ? 0 : n - head;
    }
    return 1;
}

/* Writes what is left of an answer. Returns 1 when all is out, 0 to wait, -1 when the peer is gone. */
static int flush(Connection *c) {
    if (c->ssl) {
        return flush_secure(c);
    }
    int large = c->answer_length >= SENDFILE_FROM;
    while (c->head_sent < c->out_length || (!large && c->sent < c->answer_length)) {
        struct iovec parts[] = {{c->out + c->head_sent, c->out_length - c->head_sent},
                                {(char *) c->body + c->sent, c->answer_length - c->sent}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = large ? 1 : 2};
        ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL | (large ? MSG_MORE : 0));
        if (n < 0) {
            return errno == EAGAIN ? 0 : -1;
        }
        int of_head = n < c->out_length - c->head_sent ? n : c->out_length - c->head_sent;
        c->head_sent += of_head;
        c->sent += n - of_head;
    }
    while (c->sent < c->answer_length) {
        off_t from = c->sent;
        ssize_t n = sendfile(c->fd, memory, &from, c->answer_length - c->sent);
        if (n < 0) {
            return errno == EAGAIN ? 0 : -1;
        }
        c->sent += n;
    }
    return 1;
}

static int finish(Connection *c) {
    int out = flush(c);
    if (out == 0) {
        watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    } else if (out < 0 || c->closes) {
        gone(c);
        return -1;
    }
    return out;
}

/* Prepares the answer to the request whose head is complete. */
static void compose(Connection *c) {
    char *path = strchr(c->head, ' ') + 1;
    int delayed = 0;
    c->body = c->head;
    if (!strncmp(path, "/stats ", 7)) {
        accepted--;
        c->answer_length = snprintf(c->head, HEAD, "{\"accepted\": %ld, \"answered\": %ld}", accepted,
                                    answered);
        c->closes = 1;
    } else if (!strncmp(path, "/seen ", 6)) {
        c->answer_length = strlen(c->head);
    } else {
        c->body = bytes;
        c->answer_length = strtol(path + 1, NULL, 10);
        c->answer_length = c->answer_length > LARGEST ? LARGEST : c->answer_length;
        delayed = delay_ns > 0;
        answered++;
    }
    c->out_length = sprintf(c->out, "HTTP/1.1 %d %s\r\nContent-Type: application/octet-stream\r\n"
                            "Content-Length: %ld\r\n%s\r\n", c->status, c->status == 200 ? "OK" : "Wrong",
                            c->answer_length, c->closes ? "Connection: close\r\n" : "");
    c->head_sent = c->sent = 0;
    if (delayed) {
        c->due = now_ns() + delay_ns;
        c->next = NULL;
        *(first ? &last->next : &first) = c;
        last = c;
    }
}

/* Takes the bytes of an upload; what differs turns the answer into a 500. */
static void take(Connection *c, const char *from, long n) {
    if (c->upload_seen + n > LARGEST || memcmp(bytes + c->upload_seen, from, n)) {
        c->status = 500;
    }
    c->upload_seen += n;
    c->upload_left -= n;
}

/* Begins with a complete head; returns how many of the bytes after it belonged to its body. */
static long begin(Connection *c, const char *rest, long have) {
    const char *length = header(c->head, "\ncontent-length:");
    const char *connection = header(c->head, "\nconnection:");
    c->closes = (connection && !strncasecmp(connection, "close", 5)) || strstr(c->head, " HTTP/1.0\r\n");
    c->status = header(c->head, "\ntransfer-encoding:") ? 501 : 200;
    c->upload_seen = 0;
    c->upload_left = length ? strtol(length, NULL, 10) : 0;
    const char *expect = header(c->head, "\nexpect:");
    if (expect && have == 0) {
        send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
    }
    long taken = have < c->upload_left ? have : c->upload_left;
    take(c, rest, taken);
    return taken;
}

/* Sends back what came through a tunnel, and reads on only when all of it is out. */
static void echo(Connection *c) {
    for (;;) {
        while (c->echo_from < c->echo_to) {
            ssize_t n = wire_send(c->fd, c->ssl, c->echo + c->echo_from, c->echo_to - c->echo_from, 0);
            if (n <= 0) {
                if (n == 0 || errno != EAGAIN) {
                    gone(c);
                } else {
                    watch(c, EPOLL_CTL_MOD, EPOLLOUT);
                }
                return;
            }
            c->echo_from += n;
        }
        ssize_t n = wire_recv(c->fd, c->ssl, c->echo, ECHO);
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN) {
                gone(c);
            } else {
                watch(c, EPOLL_CTL_MOD, EPOLLIN);
            }
            return;
        }
        c->echo_from = 0;
        c->echo_to = n;
    }
}

static void begin_tunnel(Connection *c, const char *rest, long n) {
    static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                               "Upgrade: websocket\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    c->echo = malloc(ECHO);
    memcpy(c->echo, head, sizeof head - 1);
    memcpy(c->echo + sizeof head - 1, rest, n);
    c->echo_from = 0;
    c->echo_to = (long) sizeof head - 1 + n;
    echo(c);
}

/* Reads once; returns 0 when there is no more to read now, or nobody to read from. */
static int read_some(Connection *c) {
    static char in[ECHO - 1024];
    ssize_t n = wire_recv(c->fd, c->ssl, in, sizeof in);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) {
            gone(c);
        }
        return 0;
    }
    for (long at = 0; at < n;) {
        if (c->upload_left > 0) {
            long taken = n - at < c->upload_left ? n - at : c->upload_left;
            take(c, in + at, taken);
            at += taken;
        } else {
            int room = HEAD - c->head_length, have = n - at < room ? n - at : room;
            memcpy(c->head + c->head_length, in + at, have);
            c->head[c->head_length + have] = 0;
            char *end = strstr(c->head + (c->head_length > 3 ? c->head_length - 3 : 0), "\r\n\r\n");
            if (!end) {
                c->head_length += have;
                at += have;
                if (have == room) {
                    gone(c);
                    return 0;
                }
                continue;
            }
            at += end + 4 - c->head - c->head_length;
            end[4] = 0;
            c->head_length = 0;
            if (header(c->head, "\nupgrade:")) {
                begin_tunnel(c, in + at, n - at);
                return 0;
            }
            at += begin(c, in + at, n - at);
        }
        if (c->upload_left == 0) {
            compose(c);
            if (!c->due && finish(c) < 0) {
                return 0;
            }
        }
    }
    return c->ssl != NULL;
}

static void readable(Connection *c) {
    while (read_some(c)) {
    }
}

static void accept_all(const Connection *listener) {
    int fd;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        if (listener->secure) {
            c->ssl = SSL_new(context);
            SSL_set_fd(c->ssl, fd);
            SSL_set_accept_state(c->ssl);
        }
        accepted++;
        watch(c, EPOLL_CTL_ADD, EPOLLIN);
    }
}

/* With one delay for all, the first to come is the first to be due. */
static int answer_what_is_due(void) {
    while (first && first->due <= now_ns()) {
        Connection *c = first;
        first = c->next;
        c->due = 0;
        if (c->fd < 0) {
            free(c);
        } else {
            finish(c);
        }
    }
    /* Rounded up: an answer may come up to 1 ms late, never early. */
    return first ? (int) ((first->due - now_ns() + 999999) / 1000000) : -1;
}

static void listen_on(int port, int secure) {
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    Connection *c = calloc(1, sizeof *c);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    c->listens = 1;
    c->secure = secure;
    setsockopt(c->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *) &address, sizeof address) || listen(c->fd, 4096)) {
        die("origin: listen");
    }
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void take_certificate(void) {
    const char *file = getenv("CERTIFICATE");
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
    if (!file || SSL_CTX_use_certificate_chain_file(context, file) != 1
            || SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM) != 1) {
        fputs("origin: CERTIFICATE names no PEM file with a certificate and its key\n", stderr);
        exit(1);
    }
}

int main(int count, char **arguments) {
    static struct epoll_event events[512];
    signal(SIGPIPE, SIG_IGN);
    bytes = bodies();
    memory = memfd_create("bodies", 0);
    epoll = epoll_create1(0);
    if (count < 3 || memory < 0 || write(memory, bytes, LARGEST) != LARGEST) {
        die("origin");
    }
    delay_ns = atol(arguments[1]) * 1000000LL;
    for (int i = 2; i < count; i++) {
        int secure = !strncmp(arguments[i], "tls:", 4);
        if (secure && !context) {
            take_certificate();
        }
        listen_on(atoi(arguments[i] + 4 * secure), secure);
    }
    for (;;) {
        int n = epoll_wait(epoll, events, 512, answer_what_is_due());
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            if (c->listens) {
                accept_all(c);
            } else if (c->echo) {
                echo(c);
            } else if (events[i].events & EPOLLOUT) {
                int out = flush(c);
                if (out < 0 || (out > 0 && c->closes)) {
                    gone(c);
                } else if (out > 0) {
                    watch(c, EPOLL_CTL_MOD, EPOLLIN);
                }
            } else {
                readable(c);
            }
        }
    }
}
