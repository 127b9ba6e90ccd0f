#pragma once
#include <fcgiapp.h>

// What FCGX_Stream.data points to, as far as it is looked at. fcgiapp.h hides it; fcgiapp.c has it as FCGX_Stream_Data,
// with the same fields from 2.4.0 to 2.4.7.
struct focust_reader {
    const unsigned char *buffer;
    int capacity;
    const unsigned char *allocation;
    const unsigned char *end;  // of what was read of the connection
    int type, ends_with_record, skips;
    int content, padding;      // of the present record, still to be read
};

// Where libfcgi stands in a connection: the bytes that it has read of it and not handed on, and what of the present
// record is in them and behind them.
struct focust_standing {
    const unsigned char *ahead;
    long length;
    int content, padding;
};

// Whoever goes on from there reads the connection without libfcgi. A length of -1 where the fields are not what they
// were, as in a libfcgi to come: each must agree with the public ones.
static inline struct focust_standing focust_stands(const FCGX_Stream *stream) {
    const struct focust_reader *reader = (const struct focust_reader *)stream->data;
    const struct focust_standing unknown = {0, -1, 0, 0};
    const int is_stdin = 5;
    if (!reader || reader->type != is_stdin || reader->capacity != 8192 || reader->content < 0 ||
        reader->content > 65535 || reader->padding < 0 || reader->padding > 255)
        return unknown;
    if (reader->allocation > reader->buffer || reader->buffer > stream->rdNext || stream->rdNext > stream->stop ||
        stream->stop > reader->end || reader->end > reader->buffer + reader->capacity)
        return unknown;
    const int handed = (int)(stream->stop - stream->rdNext);
    return (struct focust_standing){
        stream->rdNext, reader->end - stream->rdNext, handed + reader->content, reader->padding};
}
