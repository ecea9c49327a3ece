/* What load generator and origin agree on: the bytes of every body. */
#ifndef BODIES_H
#define BODIES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LARGEST (1 << 20)

/* No two blocks of 16 bytes are alike, so that a swapped, repeated or missing one is seen. A body of any
   length is the beginning of these bytes. */
static inline char *bodies(void) {
    char *bytes = malloc(LARGEST + 1);
    for (int i = 0; i < LARGEST / 16; i++) {
        snprintf(bytes + i * 16, 17, "%015d\n", i);
    }
    return bytes;
}

static inline long long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

/* The value of a header in a head that ends in a zero byte, or NULL. The name comes as "\nname:". */
static inline const char *header(const char *head, const char *name) {
    const char *found = strcasestr(head, name);
    if (!found) {
        return NULL;
    }
    found += strlen(name);
    return found + strspn(found, " \t");
}

#endif
