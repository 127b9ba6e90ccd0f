#pragma once
// libswscale alone, opened for the poster of a film that is copied: libavfilter would bring thirty libraries, 65 ms of CPU
// and 35 MB for one picture.
#include <dlfcn.h>
#include <libswscale/swscale.h>

#define FOCUST_LIBSWSCALE "libswscale.so." AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR)

// NULL where the library or the symbol is missing. dlopen(3) counts openings, so that two threads may both be first.
static inline void *focust_scaler_symbol(const char *name) {
    static void *library;
    void *opened = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
    if (!opened) {
        opened = dlopen(FOCUST_LIBSWSCALE, RTLD_NOW | RTLD_LOCAL);
        __atomic_store_n(&library, opened, __ATOMIC_RELEASE);
    }
    return opened ? dlsym(opened, name) : 0;
}

// Whether pictures can be scaled; call it before those below, which need it.
static inline int focust_scaler_is_there(void) { return focust_scaler_symbol("sws_getContext") != 0; }

#define FOCUST_SCALER(name) ((__typeof__(&name))focust_scaler_symbol(#name))

// Converts `source` into `target`, whose buffers are there: colours of `matrix` (AVColorSpace) and of full or limited
// range to those of JPEG (JFIF 1.02: BT.601, full range). Negative where it cannot.
static inline int focust_scale_to_jpeg(const AVFrame *source, AVFrame *target, int matrix, int is_full) {
    struct SwsContext *scaler = FOCUST_SCALER(sws_getContext)(
        source->width, source->height, (enum AVPixelFormat)source->format, target->width, target->height,
        (enum AVPixelFormat)target->format, SWS_BICUBIC, 0, 0, 0);
    if (!scaler) return AVERROR(EINVAL);
    // Answers -1 for RGB, whose matrix nobody asks for.
    FOCUST_SCALER(sws_setColorspaceDetails)(
        scaler, FOCUST_SCALER(sws_getCoefficients)(matrix), is_full,
        FOCUST_SCALER(sws_getCoefficients)(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
    int rows = FOCUST_SCALER(sws_scale)(
        scaler, (const uint8_t *const *)source->data, source->linesize, 0, source->height, target->data,
        target->linesize);
    FOCUST_SCALER(sws_freeContext)(scaler);
    return rows;
}
