// SPDX-License-Identifier: EUPL-1.2
#include "sta/path.h"

static str without_prefix(str s, str prefix)
{
    return str_starts(s, prefix) ? str_slice(s, prefix.n, s.n) : s;
}

// "https://host/behind/proxy" is "/behind/proxy".
static str path_of_url(str url)
{
    size_t scheme, slash;
    if (!str_find(url, STR("://"), &scheme)) return url;
    const str behind = str_slice(url, scheme + 3, url.n);
    return str_find(behind, STR("/"), &slash) ? str_slice(behind, slash, behind.n) : (str){0};
}

static bool take_version(str *path, sta_version v)
{
    const str name = sta_version_name(v);
    str rest = without_prefix(*path, STR("/"));
    if (!str_starts(rest, name)) return false;
    rest = str_slice(rest, name.n, rest.n);
    if (rest.n > 0 && rest.p[0] != '/') return false;
    *path = rest;
    return true;
}

void sta_url_split(const struct sta *sta, str url, sta_version *version, str *path, str *query)
{
    size_t at;
    if (str_find(url, STR("#"), &at)) url = str_slice(url, 0, at);
    *query = (str){0};
    if (str_find(url, STR("?"), &at)) {
        *query = str_slice(url, at + 1, url.n);
        url = str_slice(url, 0, at);
    }
    *path = without_prefix(path_of_url(url), path_of_url(sta->root_url));
    for (sta_version v = STA_V1_0; v <= STA_V1_1; v++) {
        if (path->n == 0 || !take_version(path, v)) continue;
        *version = v;
        return;
    }
}
