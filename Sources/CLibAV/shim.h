#pragma once
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/crc.h>
#include <libavutil/display.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

#include "filters.h"
#include "scaler.h"

// Macros with casts or arithmetic, which Swift cannot import.
static const int focust_averror_eof = AVERROR_EOF;
static const int focust_averror_eagain = AVERROR(EAGAIN);
static const int focust_averror_exit = AVERROR_EXIT;
static const int focust_averror_invaliddata = AVERROR_INVALIDDATA;
static const int64_t focust_av_nopts_value = AV_NOPTS_VALUE;

// A stream's side data of that kind, and NULL where it has none. It moved into the codec's parameters with FFmpeg 6.1
// (doc/APIchanges, lavf 60.15.100), which calls the older function deprecated.
static inline const uint8_t *focust_av_stream_side_data(
    const AVStream *stream, enum AVPacketSideDataType kind, size_t *size) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, kind);
    if (!data) return 0;
    *size = data->size;
    return data->data;
#else
    return av_stream_get_side_data(stream, kind, size);
#endif
}

// Ticks of the packet that a frame was decoded from; the member has another name since FFmpeg 6.0 (doc/APIchanges,
// lavu 57.40.100).
static inline int64_t focust_av_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 40, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}
