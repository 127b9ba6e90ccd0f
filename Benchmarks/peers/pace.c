// pace HOST PORT PATH RATE SECONDS HEADERS: asks at a constant rate over one connection, and prints for each request the
// microseconds from the moment it was due, so that a request which waits for a late one is not forgotten.
//
// C, because what is measured is the tail: an interpreter's own pauses are as long.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// Reads one answer; its body has a Content-Length.
static void answer(int connection) {
    static char buffer[1 << 20];
    size_t have = 0, want = 0;
    while (!want || have < want) {
        ssize_t count = read(connection, buffer + have, sizeof buffer - have - 1);
        if (count <= 0) fail("read");
        have += (size_t)count;
        buffer[have] = 0;
        char *end = want ? NULL : strstr(buffer, "\r\n\r\n");
        if (!end) continue;
        char *length = strcasestr(buffer, "\r\nContent-Length:");
        if (strncmp(buffer, "HTTP/1.1 200", 12) || !length || length > end) {
            fprintf(stderr, "unexpected answer: %.200s\n", buffer);
            exit(1);
        }
        want = (size_t)(end + 4 - buffer) + strtoul(length + 17, NULL, 10);
    }
}

int main(int argc, char **argv) {
    if (argc != 7) return fprintf(stderr, "usage: pace HOST PORT PATH RATE SECONDS HEADERS\n"), 2;
    int connection = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    prctl(PR_SET_TIMERSLACK, 1);
    char request[8192];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", argv[3], argv[1], argv[6]);
    long count = atol(argv[4]) * atol(argv[5]);
    long long begin = now(), step = 1000000000LL / atol(argv[4]);
    for (long index = 0; index < count; index++) {
        long long due = begin + index * step;
        struct timespec until = {due / 1000000000LL, due % 1000000000LL};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        if (write(connection, request, (size_t)length) != length) fail("write");
        answer(connection);
        printf("%lld\n", (now() - due) / 1000);
    }
    return 0;
}
