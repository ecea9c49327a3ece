#include "wire.h"
#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

/* What a call of OpenSSL's came to, as errno tells it. */
static ssize_t outcome(SSL *ssl, int n) {
    if (n > 0) {
        return n;
    }
    int error = SSL_get_error(ssl, n);
    ERR_clear_error();
    if (error == SSL_ERROR_ZERO_RETURN) {
        return 0;
    }
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

ssize_t wire_send(int fd, SSL *ssl, const void *from, size_t n, int flags) {
    return ssl ? outcome(ssl, SSL_write(ssl, from, (int) n)) : send(fd, from, n, MSG_NOSIGNAL | flags);
}

ssize_t wire_recv(int fd, SSL *ssl, void *to, size_t n) {
    return ssl ? outcome(ssl, SSL_read(ssl, to, (int) n)) : recv(fd, to, n, 0);
}

int wire_shake(SSL *ssl) {
    ssize_t done = outcome(ssl, SSL_do_handshake(ssl));
    return done > 0 ? 1 : done < 0 && errno == EAGAIN ? 0 : -1;
}
