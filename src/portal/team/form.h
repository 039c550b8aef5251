// SPDX-License-Identifier: EUPL-1.2
// form.h: the fields of a posted form, and the files that came with it. Pure.
// Owns     names and values lie in the arena; of a form with files, as the files themselves, they are views of the body
// Errors   ERR_MEDIA (neither application/x-www-form-urlencoded nor multipart/form-data), ERR_LIMIT (more than FORM_FIELDS_MAX or
//          FORM_FILES_MAX), ERR_SYNTAX (a broken escape or part)
// Source   WHATWG URL section 5; RFC 7578
#ifndef PEIL_PORTAL_TEAM_FORM_H
#define PEIL_PORTAL_TEAM_FORM_H

#include "base/arena.h"
#include "base/err.h"

#define FORM_FIELDS_MAX 128
#define FORM_FILES_MAX 20
#define FORM_BYTES_MAX ((size_t)256 << 10)       // of a page that takes no files
#define FORM_FILES_BYTES_MAX ((size_t)16 << 20)  // and of one that does

struct form_field {
    str name, value;
};

// `filename` is whatever the sender says: a path, control characters, nothing.
struct form_file {
    str name, filename, bytes;
};

struct form {
    struct form_field *fields;
    size_t count;
    struct form_file *files;  // those that were chosen; empty ones too
    size_t file_count;
};

NODISCARD bool form_read(str content_type, str body, arena *a, struct form *out, err *e);
str form_text(const struct form *f, str name);                // the first of that name; empty when absent
bool form_int(const struct form *f, str name, int64_t *out);  // false: absent or no whole number
bool form_flag(const struct form *f, str name);               // a ticked box

#endif
