#pragma once
// libavfilter, opened when the first film has to be re-encoded. Linked in the ordinary way it brings some thirty more
// libraries into a process that may only ever play and copy: 11 MB resident at the start.
#include <dlfcn.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

// The version whose headers these are, and no other.
#define FOCUST_LIBAVFILTER "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR)

// NULL where the library or the symbol is missing. dlopen(3) counts openings, so that two threads may both be first.
static inline void *focust_filter_symbol(const char *name) {
    static void *library;
    void *opened = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
    if (!opened) {
        opened = dlopen(FOCUST_LIBAVFILTER, RTLD_NOW | RTLD_LOCAL);
        __atomic_store_n(&library, opened, __ATOMIC_RELEASE);
    }
    return opened ? dlsym(opened, name) : 0;
}

// Whether filters are to be had; call it before any of those below, which need it.
static inline int focust_filters_are_there(void) { return focust_filter_symbol("avfilter_graph_alloc") != 0; }

#define FOCUST_FILTER(name) ((__typeof__(&name))focust_filter_symbol(#name))

static inline unsigned focust_avfilter_version(void) { return FOCUST_FILTER(avfilter_version)(); }
static inline AVFilterGraph *focust_avfilter_graph_alloc(void) { return FOCUST_FILTER(avfilter_graph_alloc)(); }
static inline void focust_avfilter_graph_free(AVFilterGraph **graph) { FOCUST_FILTER(avfilter_graph_free)(graph); }
static inline int focust_avfilter_graph_parse2(
    AVFilterGraph *graph, const char *filters, AVFilterInOut **inputs, AVFilterInOut **outputs) {
    return FOCUST_FILTER(avfilter_graph_parse2)(graph, filters, inputs, outputs);
}
static inline void focust_avfilter_inout_free(AVFilterInOut **inout) { FOCUST_FILTER(avfilter_inout_free)(inout); }
static inline int focust_avfilter_graph_config(AVFilterGraph *graph) {
    return FOCUST_FILTER(avfilter_graph_config)(graph, 0);
}
static inline AVFilterContext *focust_avfilter_graph_get_filter(AVFilterGraph *graph, const char *name) {
    return FOCUST_FILTER(avfilter_graph_get_filter)(graph, name);
}
static inline AVRational focust_av_buffersink_get_time_base(const AVFilterContext *sink) {
    return FOCUST_FILTER(av_buffersink_get_time_base)(sink);
}
static inline void focust_av_buffersink_set_frame_size(AVFilterContext *sink, unsigned samples) {
    FOCUST_FILTER(av_buffersink_set_frame_size)(sink, samples);
}
static inline int focust_av_buffersink_get_frame(AVFilterContext *sink, AVFrame *frame) {
    return FOCUST_FILTER(av_buffersink_get_frame)(sink, frame);
}
static inline int focust_av_buffersrc_add_frame_flags(AVFilterContext *source, AVFrame *frame, int flags) {
    return FOCUST_FILTER(av_buffersrc_add_frame_flags)(source, frame, flags);
}
