/* Bytes over a socket, in clear or under TLS, for the load generator and the origin. */
#ifndef WIRE_H
#define WIRE_H

#include <openssl/ssl.h>
#include <sys/types.h>

/* As send(2) and recv(2) on a socket that does not block: -1 with EAGAIN when nothing goes now. Without "ssl"
   in clear. Under TLS more may be there to read though the socket has nothing: read until EAGAIN. */
ssize_t wire_send(int fd, SSL *ssl, const void *from, size_t n, int flags);
ssize_t wire_recv(int fd, SSL *ssl, void *to, size_t n);

/* Returns 1 when the handshake is done, 0 when it goes on, -1 when it has failed. */
int wire_shake(SSL *ssl);

#endif
