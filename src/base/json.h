// SPDX-License-Identifier: EUPL-1.2
// json.h: JSON read into a tree of views, and written.
// Reading is strict: UTF-8, no duplicate keys, no NaN or Infinity, no trailing bytes, depth at most
// JSON_DEPTH_MAX.
// Owns     nodes lie in the arena; numbers and escape-free texts are views into the source, which must
//          outlive the tree
// Errors   ERR_SYNTAX with the byte offset, ERR_LIMIT
// Source   RFC 8259
#ifndef PEIL_BASE_JSON_H
#define PEIL_BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/time.h"

#define JSON_DEPTH_MAX 64
#define JSON_FEW_KEYS 16  // up to here keys are compared one by one, beyond they are sorted

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT } json_type;

// Children of an array or object are a linked list in source order: for (c = j->first; c; c = c->next).
typedef struct json {
    json_type type;
    size_t at;     // byte offset in the source
    str key;       // unescaped; in an object only
    str text;      // JSON_TEXT: unescaped; JSON_NUMBER: the digits as sent
    str raw;       // the value's own bytes in the source
    size_t count;  // children
    struct json *first;
    struct json *next;
    struct json **by_key;  // children in order of their keys; only in an object of more than JSON_FEW_KEYS
} json;

NODISCARD bool json_parse(str source, arena *a, json **out, err *e);

const json *json_get(const json *object, str key);  // NULL when absent or not an object
str json_text(const json *object, str key);  // of a member that is a text; empty when it is not there or none
bool json_number(const json *object, str key,
                 double *out);                  // of a member that is a number; false: not there, or none
str json_type_name(json_type t);                // "a number", for messages; both booleans are "a boolean"
bool json_equal(const json *a, const json *b);  // numbers by value, objects without order

// A member that must be there and have the type (JSON_TRUE or JSON_FALSE: any boolean); errors name the key
// and the position.
NODISCARD bool json_need(const json *object, str key, json_type t, const json **out, err *e);

// Pull reader, for hot paths that want no tree; json_parse is built on it. Errors stick: after one, every
// call returns false. The keys that json_key gives are the caller's to check for repeats; all else is checked
// here.
//     json_enter(&r, '{');
//     while (json_more(&r, '{', &more) && more) { json_key(&r, a, &key); json_read_number(&r, &digits); }
typedef struct {
    str source;
    size_t at;  // of the next byte
    int depth;
    bool entered;  // just after an opening bracket
    bool failed;
    err *e;
} json_reader;

json_reader json_reader_of(str source, err *e);
// An error of the caller's, which sticks too; always false.
bool json_fail(json_reader *r, err_code code, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define json_fail(...)                \
    ({                                \
        (void)json_fail(__VA_ARGS__); \
        false;                        \
    })
bool json_peek(json_reader *r, json_type *out);  // type of the next value, nothing consumed but white space
bool json_enter(json_reader *r, char bracket);   // '{' or '['
bool json_more(json_reader *r, char bracket, bool *more);  // handles ',' and the closing bracket
bool json_key(json_reader *r, arena *a, str *out);         // key and ':'; unescaped (into a only when needed)
bool json_read_number(json_reader *r, str *digits);
bool json_read_text(json_reader *r, arena *a, str *out);
bool json_read_bool(json_reader *r, bool *out);
bool json_read_null(json_reader *r);
bool json_skip(json_reader *r, str *raw);  // any value, fully checked; its bytes
bool json_end(json_reader *r);             // only white space is left

// Writing. The caller puts the brackets and commas; these do the values.
void json_write_text(buf *b, str s);     // quoted; invalid UTF-8 becomes U+FFFD; escapes < > & are not needed
void json_write(buf *b, const json *j);  // compact

// A small writer that keeps track of commas; one level per bracket.
typedef struct {
    buf *b;
    uint64_t filled;  // bit per depth: something was written here
    int depth;        // below 64, else b->failed
    bool named;       // a key was written: its value comes next
} json_writer;

json_writer json_writer_on(buf *b);
void json_open(json_writer *w, char bracket);
void json_close(json_writer *w, char bracket);  // ']' or '}'
void json_name(json_writer *w, str key);
void json_put_raw(json_writer *w, str raw);  // must be valid JSON
void json_put_text(json_writer *w, str s);
void json_put_int(json_writer *w, int64_t v);
void json_put_double(json_writer *w, double v);  // not finite: null
void json_put_bool(json_writer *w, bool v);
void json_put_null(json_writer *w);
// A member of an object: its name and value. What there is none of is left out where it says so.
void json_member_text(json_writer *w, str name, str s);
void json_member_given(json_writer *w, str name, str s);  // empty: left out
void json_member_int(json_writer *w, str name, int64_t v);
void json_member_double(json_writer *w, str name, double v);  // NAN: left out
void json_member_time(json_writer *w, str name, instant t);   // TIME_NONE: left out

#endif
