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

// Bytes that libfcgi has read of the connection beyond the present record, when all of that was taken: while there are
// some, waiting for the connection would be waiting for nothing, and no public field tells. -1 where the fields are not
// what they were, as in a libfcgi to come: each must agree with the public ones.
static inline long focust_read_ahead(const FCGX_Stream *stream) {
    const struct focust_reader *reader = (const struct focust_reader *)stream->data;
    const int is_stdin = 5;
    if (!reader || reader->type != is_stdin || reader->capacity != 8192 || reader->content < 0 ||
        reader->content > 65535 || reader->padding < 0 || reader->padding > 255)
        return -1;
    if (reader->allocation > reader->buffer || reader->buffer > stream->rdNext || stream->rdNext > stream->stop ||
        stream->stop > reader->end || reader->end > reader->buffer + reader->capacity)
        return -1;
    long ahead = reader->end - stream->stop - reader->padding;
    return ahead > 0 ? ahead : 0;
}
