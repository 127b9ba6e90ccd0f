/*
 * Takes an upload out of the file that nginx has spooled its body into (client_body_in_file_only), instead of reading
 * it from the connection. Two ways, by the parameter WAY:
 *
 *   copy   copy_file_range(2) of the film into a file of its own
 *   place  the body is given a second name and stays the film: libavformat reads it between two offsets (subfile)
 *
 * spooled SOCKET DATA_DIR [THREADS]
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int listener;
static const char *data_dir;
static atomic_uint uploads;

/* The film's bytes: behind the head of the part "video" up to the next delimiter. All of the body is looked through, for
 * other parts may follow. */
static bool find_film(const char *body, size_t size, size_t *begin, size_t *end) {
    const char *line = memchr(body, '\r', size);
    const char *part = memmem(body, size, "name=\"video\"", 12);
    const char *head = part ? memmem(part, (size_t)(body + size - part), "\r\n\r\n", 4) : NULL;
    char delimiter[80];
    if (!line || !head || line - body > 72) return false;
    int length = snprintf(delimiter, sizeof delimiter, "\r\n%.*s", (int)(line - body), body);
    const char *next = memmem(head + 4, (size_t)(body + size - head - 4), delimiter, (size_t)length);
    if (!next) return false;
    *begin = (size_t)(head + 4 - body);
    *end = (size_t)(next - body);
    return true;
}

static bool copy(int body, loff_t begin, size_t length, int film) {
    while (length > 0) {
        ssize_t count = copy_file_range(body, &begin, film, NULL, length, 0);
        if (count <= 0) return false;
        length -= (size_t)count;
    }
    return fdatasync(film) == 0;
}

/* What the look into an upload takes, in this process: headers and the first pictures. */
static bool probe(const char *path, size_t begin, size_t end) {
    char url[1100];
    snprintf(url, sizeof url, "subfile,,start,%zu,end,%zu,,:%s", begin, end, path);
    AVFormatContext *context = NULL;
    if (avformat_open_input(&context, url, NULL, NULL) < 0) return false;
    bool good = avformat_find_stream_info(context, NULL) >= 0 && context->nb_streams > 0;
    avformat_close_input(&context);
    return good;
}

static bool take(const char *spooled, bool copies) {
    char path[1024];
    struct stat status;
    size_t begin, end;
    snprintf(path, sizeof path, "%s/upload-spooled-%u", data_dir, atomic_fetch_add(&uploads, 1));
    int body = open(spooled, O_RDONLY | O_CLOEXEC);
    if (body < 0 || fstat(body, &status)) return false;
    const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, body, 0);
    if (bytes == MAP_FAILED) return close(body), false;
    madvise((void *)bytes, (size_t)status.st_size, MADV_POPULATE_READ);
    bool good = find_film(bytes, (size_t)status.st_size, &begin, &end);
    munmap((void *)bytes, (size_t)status.st_size);
    if (good && copies) {
        int film = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        good = film >= 0 && copy(body, (loff_t)begin, end - begin, film) && close(film) == 0;
    } else if (good) {
        sync_file_range(body, 0, 0, SYNC_FILE_RANGE_WRITE);
        good = link(spooled, path) == 0 && probe(path, begin, end) && fdatasync(body) == 0;
    }
    close(body);
    return good;
}

static void *work(void *unused) {
    FCGX_Request request;
    char rest[4096];
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        const char *spooled = FCGX_GetParam("BODY_FILE", request.envp), *way = FCGX_GetParam("WAY", request.envp);
        bool good = spooled && way && take(spooled, !strcmp(way, "copy"));
        FCGX_FPrintF(request.out, "Status: %s\r\n\r\n", good ? "202 Accepted" : "500 Internal Server Error");
        while (FCGX_GetStr(rest, sizeof rest, request.in) > 0) continue;
        FCGX_Detach(&request);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: spooled SOCKET DATA_DIR [THREADS]\n");
        return 2;
    }
    data_dir = arguments[2];
    FCGX_Init();
    signal(SIGTERM, SIG_DFL);
    unlink(arguments[1]);
    listener = FCGX_OpenSocket(arguments[1], 4096);
    if (listener < 0) return 1;
    int threads = count > 3 ? atoi(arguments[3]) : 8;
    pthread_t handle;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&handle, NULL, work, NULL)) return 1;
    pthread_join(handle, NULL);
    return 1;
}
