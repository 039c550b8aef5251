// SPDX-License-Identifier: EUPL-1.2
#include "http/forwarded.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse(str text, struct peer_key *out, bool *is_ipv4)
{
    char host[INET6_ADDRSTRLEN + 1];
    if (text.n == 0 || text.n >= sizeof host) return false;
    memcpy(host, text.p, text.n);
    host[text.n] = 0;
    *out = (struct peer_key){0};
    *is_ipv4 = inet_pton(AF_INET, host, out->bytes + 12) == 1;
    if (!*is_ipv4) return inet_pton(AF_INET6, host, out->bytes) == 1;
    out->bytes[10] = out->bytes[11] = 0xff;
    return true;
}

// Without the port, and without the brackets of IPv6.
static str host_of(str text)
{
    size_t at;
    text = str_trim(text);
    if (str_starts(text, STR("["))) return str_find(text, STR("]"), &at) ? str_slice(text, 1, at) : (str){0};
    const bool has_port = str_find(text, STR(":"), &at) && !memchr(text.p + at + 1, ':', text.n - at - 1);
    return has_port ? str_slice(text, 0, at) : text;
}

bool address_read(str text, struct peer_key *out)
{
    bool is_ipv4;
    return parse(host_of(text), out, &is_ipv4);
}

bool address_is_loopback(const struct peer_key *k)
{
    static const struct peer_key v6 = {{[15] = 1}};
    static const uint8_t v4[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};
    return memcmp(k, &v6, sizeof v6) == 0 || memcmp(k->bytes, v4, sizeof v4) == 0;
}

static bool net_read(str text, struct trusted_net *out)
{
    str rest = text, address;
    int64_t bits;
    bool is_ipv4;
    err ignored;
    *out = (struct trusted_net){.bits = 128};
    if (str_eq(text, STR("unix"))) return true;  // the key that is all zero
    if (!str_cut(&rest, '/', &address) || !parse(address, &out->key, &is_ipv4)) return false;
    if (rest.n == 0) return !str_ends(text, STR("/"));
    if (!num_parse_int(rest, &bits, &ignored) || bits < 0 || bits > (is_ipv4 ? 32 : 128)) return false;
    out->bits = (int)bits + (is_ipv4 ? 96 : 0);
    return true;
}

bool trusted_read(str list, struct trusted *out, err *e)
{
    str entry;
    *out = (struct trusted){0};
    while (str_cut(&list, ',', &entry)) {
        entry = str_trim(entry);
        if (entry.n == 0) continue;
        if (out->count == TRUSTED_MAX)
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "more than %d trusted proxies", TRUSTED_MAX);
        if (!net_read(entry, &out->nets[out->count++]))
            return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                           "'%.*s' is no address of a proxy such as 127.0.0.1, ::1 or 10.0.0.0/8",
                           STR_ARG(entry));
    }
    return true;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, int bits)
{
    const size_t whole = (size_t)bits / 8;
    const int rest = bits % 8;
    if (memcmp(a, b, whole) != 0) return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool trusted_has(const struct trusted *t, const struct peer_key *k)
{
    for (size_t i = 0; i < t->count; i++)
        if (same_bits(t->nets[i].key.bytes, k->bytes, t->nets[i].bits)) return true;
    return false;
}

str forwarded_client(const struct trusted *t, str header)
{
    str found = {0};
    while (header.n > 0) {
        size_t at = header.n;
        while (at > 0 && header.p[at - 1] != ',') at--;
        const str host = host_of(str_slice(header, at, header.n));
        struct peer_key k;
        if (!address_read(host, &k)) return found;  // what stands before a broken entry is nobody's word
        found = host;
        if (!trusted_has(t, &k)) return found;
        header = str_slice(header, 0, at ? at - 1 : 0);
    }
    return found;
}
