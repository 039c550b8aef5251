// SPDX-License-Identifier: EUPL-1.2
// template.h: HTML with tags that are filled in. No logic in it.
//
//   {{name}}                 the text, with < > & " ' escaped
//   {{{name}}}               the text as it is: only for HTML that peil made itself
//   {{#name}} ... {{/name}}  for each item of a list; once for an object or a text that is not empty
//   {{^name}} ... {{/name}}  once when absent or empty
// A name is looked up in the innermost object first, then outwards.
// Owns     the compiled template lies in the arena and views the source, which must outlive it
// Threads  a compiled template is read only
// Errors   ERR_SYNTAX with the position, ERR_LIMIT (nested deeper than TEMPLATE_DEPTH_MAX, no memory)
#ifndef PEIL_RENDER_TEMPLATE_H
#define PEIL_RENDER_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "render/view.h"

#define TEMPLATE_DEPTH_MAX 16

struct template;

NODISCARD bool template_compile(str source, arena *a, struct template **out, err *e);
void template_render(const struct template *t, const struct view *data, buf *out);

void html_escape(buf *out, str text);  // for text and for attributes in either quotes

#endif
