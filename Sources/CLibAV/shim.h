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
