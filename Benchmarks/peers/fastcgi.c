/* What a C program on libfcgi does for a segment, with the closing sequence of focust-video.
 *
 *   fastcgi SOCKET CHECKS DATA_DIR SECRET ORIGIN [THREADS [stock]]
 *
 * CHECKS: none    answers X-Accel-Redirect at once
 *         token   HS256 signature, dates, platform, rel, revocation-free, the Referer's origin
 *         full    the same, and the lesson's version and the segment's existence on disk
 *         upload  writes the body to a file in DATA_DIR, 64 KiB at a time
 * stock: the closing is left to libfcgi, which shuts down, polls, reads and closes.
 */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum checks { NONE, TOKEN, FULL, UPLOAD };

static enum checks checks;
static const char *data_dir, *origin;
static SHA256_CTX inner, outer; /* the key's two blocks, hashed once */
static int listener;
static atomic_uint uploads;
static bool closes_stock;

static void prepare_key(const char *secret) {
    unsigned char block[64] = {0}, pad[64];
    size_t length = strlen(secret);
    if (length > sizeof block)
        SHA256((const unsigned char *)secret, length, block);
    else
        memcpy(block, secret, length);
    for (int i = 0; i < 64; i++) pad[i] = block[i] ^ 0x36;
    SHA256_Init(&inner);
    SHA256_Update(&inner, pad, sizeof pad);
    for (int i = 0; i < 64; i++) pad[i] = block[i] ^ 0x5c;
    SHA256_Init(&outer);
    SHA256_Update(&outer, pad, sizeof pad);
}

static void sign(const char *text, size_t length, unsigned char tag[32]) {
    SHA256_CTX state = inner;
    SHA256_Update(&state, text, length);
    SHA256_Final(tag, &state);
    state = outer;
    SHA256_Update(&state, tag, 32);
    SHA256_Final(tag, &state);
}

/* base64url without padding; the number of bytes, or -1 */
static int decode(const char *text, size_t length, unsigned char *out, size_t room) {
    unsigned accumulator = 0, bits = 0;
    size_t count = 0;
    if (length * 3 / 4 > room) return -1;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        unsigned value = c >= 'A' && c <= 'Z'   ? (unsigned)(c - 'A')
                         : c >= 'a' && c <= 'z' ? (unsigned)(c - 'a' + 26)
                         : c >= '0' && c <= '9' ? (unsigned)(c - '0' + 52)
                         : c == '-'             ? 62
                         : c == '_'             ? 63
                                                : 64;
        if (value > 63) return -1;
        accumulator = accumulator << 6 | value;
        bits += 6;
        if (bits >= 8) out[count++] = (unsigned char)(accumulator >> (bits -= 8));
    }
    return (int)count;
}

struct claims {
    char rel[600], platform[16], user[130];
    long long exp;
};

/* Reads `{"name":"text","name":123,…}`; enough for tokens without escapes. */
static bool read_claims(const char *json, const char *end, struct claims *claims) {
    const char *at = json;
    if (at >= end || *at++ != '{') return false;
    while (at < end) {
        while (at < end && (*at == ' ' || *at == ',')) at++;
        if (at < end && *at == '}') return at + 1 == end && claims->exp > 0;
        if (at >= end || *at++ != '"') return false;
        const char *name = at;
        while (at < end && *at != '"') at++;
        size_t name_length = (size_t)(at - name);
        at++;
        while (at < end && (*at == ' ' || *at == ':')) at++;
        if (at >= end) return false;
        if (*at == '"') {
            const char *value = ++at;
            while (at < end && *at != '"') {
                if (*at == '\\') return false;
                at++;
            }
            size_t length = (size_t)(at - value);
            at++;
            char *out = NULL;
            size_t room = 0;
            if (name_length == 3 && !memcmp(name, "rel", 3)) out = claims->rel, room = sizeof claims->rel;
            if (name_length == 7 && !memcmp(name, "user_id", 7)) out = claims->user, room = sizeof claims->user;
            if (name_length == 8 && !memcmp(name, "platform", 8))
                out = claims->platform, room = sizeof claims->platform;
            if (out) {
                if (length >= room) return false;
                memcpy(out, value, length);
                out[length] = 0;
            }
        } else {
            long long value = 0;
            const char *start = at;
            while (at < end && *at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
            if (at == start) return false;
            if (name_length == 3 && !memcmp(name, "exp", 3)) claims->exp = value;
        }
    }
    return false;
}

static bool has_origin(const char *url) {
    size_t length = strlen(origin);
    return url && !strncmp(url, origin, length) && strchr("/?#", url[length]); /* matches the final NUL too */
}

static bool is_id(const char *text, size_t length) {
    if (length == 0 || length > 128 || *text == '.') return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '.'))
            return false;
    }
    return true;
}

/* Splits /hls2/a/b/c/d/file?query; the ids are checked. */
static bool parse_target(const char *target, char *rel, size_t room, char *file, size_t file_room, const char **query) {
    if (strncmp(target, "/hls2/", 6)) return false;
    const char *at = target + 6;
    const char *mark = strchr(at, '?');
    const char *end = mark ? mark : at + strlen(at);
    *query = mark ? mark + 1 : "";
    const char *begin = at;
    for (int part = 0; part < 4; part++) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        if (!slash || !is_id(at, (size_t)(slash - at))) return false;
        at = slash + 1;
    }
    size_t rel_length = (size_t)(at - 1 - begin), file_length = (size_t)(end - at);
    if (rel_length >= room || file_length >= file_room || !is_id(at, file_length)) return false;
    memcpy(rel, begin, rel_length);
    rel[rel_length] = 0;
    memcpy(file, at, file_length);
    file[file_length] = 0;
    return true;
}

static bool admits(FCGX_ParamArray environment, const char *rel) {
    const char *token = FCGX_GetParam("HTTP_AUTHORIZATION", environment);
    if (!token || strncmp(token, "Bearer ", 7)) return false;
    token += 7;
    const char *first = strchr(token, '.');
    const char *second = first ? strchr(first + 1, '.') : NULL;
    if (!second || strchr(second + 1, '.')) return false;
    unsigned char sent[32], tag[32];
    if (decode(second + 1, strlen(second + 1), sent, sizeof sent) != 32) return false;
    sign(token, (size_t)(second - token), tag);
    if (CRYPTO_memcmp(sent, tag, 32)) return false;
    static const char header[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    if ((size_t)(first - token) != sizeof header - 1 || memcmp(token, header, sizeof header - 1)) return false;
    char json[2048];
    int length = decode(first + 1, (size_t)(second - first - 1), (unsigned char *)json, sizeof json);
    struct claims claims;
    memset(&claims, 0, sizeof claims);
    if (length < 0 || !read_claims(json, json + length, &claims)) return false;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return claims.exp > now.tv_sec && claims.user[0] && !strcmp(claims.platform, "web") && !strcmp(claims.rel, rel) &&
           has_origin(FCGX_GetParam("HTTP_REFERER", environment));
}

/* The version that nginx is to read, if it is the one that was asked for and has the file. */
static bool find(const char *rel, const char *file, const char *query, char *version, size_t room) {
    char path[1024];
    struct stat status;
    snprintf(path, sizeof path, "%s/hls/%s", data_dir, rel);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return false;
    ssize_t count = readlinkat(directory, ".version", version, room - 1);
    bool found = count > 3 && !fstatat(directory, file, &status, AT_SYMLINK_NOFOLLOW) && S_ISREG(status.st_mode);
    close(directory);
    if (!found) return false;
    version[count] = 0;
    const char *asked = !strncmp(query, "v=", 2) ? query + 2 : NULL;
    return !asked || !strcmp(asked, version + 3);
}

static void play(FCGX_Request *request) {
    char rel[600], file[140], version[64] = "";
    const char *query = "", *target = FCGX_GetParam("REQUEST_URI", request->envp);
    bool good = target && parse_target(target, rel, sizeof rel, file, sizeof file, &query);
    if (good && checks != NONE) good = admits(request->envp, rel);
    if (good && checks == FULL) good = find(rel, file, query, version, sizeof version);
    if (!good) {
        FCGX_FPrintF(request->out, "Status: 403 Forbidden\r\nContent-Type: application/json\r\n\r\n{}");
        return;
    }
    FCGX_FPrintF(request->out,
                 "Status: 200 OK\r\nX-Accel-Redirect: /_focust/hls/%s/%s%s%s\r\nContent-Type: video/mp2t\r\n"
                 "Cache-Control: private, max-age=3600, immutable\r\n\r\n",
                 rel, version, *version ? "/" : "", file);
}

static void upload(FCGX_Request *request) {
    char path[1024], buffer[64 << 10];
    snprintf(path, sizeof path, "%s/upload-%x", data_dir, atomic_fetch_add(&uploads, 1));
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int count;
    bool good = file >= 0;
    while ((count = FCGX_GetStr(buffer, sizeof buffer, request->in)) > 0)
        good = good && write(file, buffer, (size_t)count) == count;
    if (file >= 0) good = fdatasync(file) == 0 && close(file) == 0 && good;
    FCGX_FPrintF(request->out, "Status: %s\r\nContent-Type: application/json\r\n\r\n{}\n",
                 good ? "202 Accepted" : "500 Internal Server Error");
}

static void *work(void *unused) {
    FCGX_Request request;
    char rest[4096];
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        checks == UPLOAD ? upload(&request) : play(&request);
        while (FCGX_GetStr(rest, sizeof rest, request.in) > 0) continue;
        /* Then it is only closed, not shut down and waited for. */
        if (!closes_stock) FCGX_Detach(&request);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(int count, char **arguments) {
    if (count < 6) {
        fprintf(stderr, "usage: fastcgi SOCKET none|token|full|upload DATA_DIR SECRET ORIGIN [THREADS [stock]]\n");
        return 2;
    }
    const char *kind = arguments[2];
    checks = !strcmp(kind, "none") ? NONE : !strcmp(kind, "token") ? TOKEN : !strcmp(kind, "full") ? FULL : UPLOAD;
    data_dir = arguments[3];
    origin = arguments[5];
    prepare_key(arguments[4]);
    FCGX_Init();
    signal(SIGTERM, SIG_DFL); /* libfcgi would wait for one more request */
    unlink(arguments[1]);
    listener = FCGX_OpenSocket(arguments[1], 4096);
    if (listener < 0) return 1;
    int threads = count > 6 ? atoi(arguments[6]) : 8;
    closes_stock = count > 7 && !strcmp(arguments[7], "stock");
    pthread_t handle;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&handle, NULL, work, NULL)) return 1;
    pthread_join(handle, NULL);
    return 1;
}
