// SPDX-License-Identifier: EUPL-1.2
#include "oidc/jws.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <sodium.h>

#include <limits.h>

#define KEYS_MOST 64
#define RSA_BITS_LEAST 2048
#define P256_BYTES 32

typedef bool (*key_import)(gnutls_pubkey_t key, const json *jwk, arena *a);

static bool import_rsa(gnutls_pubkey_t key, const json *jwk, arena *a);
static bool import_p256(gnutls_pubkey_t key, const json *jwk, arena *a);
static bool import_ed25519(gnutls_pubkey_t key, const json *jwk, arena *a);

static const struct algorithm {
    str name, key_type, curve;
    gnutls_sign_algorithm_t sign;
    key_import import;
    bool is_pair;  // the signature is r and s side by side
} algorithms[] = {
    {STR("RS256"), STR("RSA"), {0}, GNUTLS_SIGN_RSA_SHA256, import_rsa, false},
    {STR("ES256"), STR("EC"), STR("P-256"), GNUTLS_SIGN_ECDSA_SHA256, import_p256, true},
    {STR("EdDSA"), STR("OKP"), STR("Ed25519"), GNUTLS_SIGN_EDDSA_ED25519, import_ed25519, false},
};

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool decode(str text, arena *a, str *out)
{
    size_t n = 0;
    unsigned char *bytes = arena_alloc(a, text.n + 1);
    if (!bytes || sodium_base642bin(bytes, text.n + 1, text.p, text.n, NULL, &n, NULL,
                                    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *out = (str){(const char *)bytes, n};
    return true;
}

static bool decode_object(str text, arena *a, const json **out)
{
    str bytes;
    json *j;
    err ignored;
    if (!decode(text, a, &bytes) || !json_parse(bytes, a, &j, &ignored) || j->type != JSON_OBJECT)
        return false;
    *out = j;
    return true;
}

bool jws_read(str compact, arena *a, struct jws *out, err *e)
{
    str part[3], rest = compact;
    const json *header;
    size_t n = 0;
    if (compact.n > JWS_BYTES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the token is longer than %zu bytes", JWS_BYTES_MAX);
    while (n < 3 && str_cut(&rest, '.', &part[n])) n++;
    if (n != 3 || part[2].p + part[2].n != compact.p + compact.n || !part[0].n || !part[1].n || !part[2].n ||
        !decode_object(part[0], a, &header) || !decode_object(part[1], a, &out->claims) ||
        !decode(part[2], a, &out->signature))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "this is not a signed token of three parts");
    if (json_get(header, STR("crit")))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the token has a header that must be understood and is not");
    out->algorithm = json_text(header, STR("alg"));
    out->key_name = json_text(header, STR("kid"));
    out->type = json_text(header, STR("typ"));
    out->signed_part = str_slice(compact, 0, part[0].n + 1 + part[1].n);
    return true;
}

// ---- Keys --------------------------------------------------------------------------------------------------------

static bool member(const json *jwk, str name, arena *a, gnutls_datum_t *out)
{
    str bytes;
    if (!decode(json_text(jwk, name), a, &bytes) || !bytes.n || bytes.n > UINT_MAX) return false;
    *out = (gnutls_datum_t){(unsigned char *)(uintptr_t)bytes.p, (unsigned)bytes.n};
    return true;
}

static bool import_rsa(gnutls_pubkey_t key, const json *jwk, arena *a)
{
    gnutls_datum_t n, exponent;
    unsigned bits = 0;
    return member(jwk, STR("n"), a, &n) && member(jwk, STR("e"), a, &exponent) &&
           gnutls_pubkey_import_rsa_raw(key, &n, &exponent) == 0 &&
           gnutls_pubkey_get_pk_algorithm(key, &bits) == GNUTLS_PK_RSA && bits >= RSA_BITS_LEAST;
}

static bool import_p256(gnutls_pubkey_t key, const json *jwk, arena *a)
{
    gnutls_datum_t x, y;
    return member(jwk, STR("x"), a, &x) && member(jwk, STR("y"), a, &y) &&
           gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0;
}

static bool import_ed25519(gnutls_pubkey_t key, const json *jwk, arena *a)
{
    gnutls_datum_t x;
    return member(jwk, STR("x"), a, &x) &&
           gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_ED25519, &x, NULL) == 0;
}

static bool member_allows(const json *jwk, str name, str wanted)
{
    const str said = json_text(jwk, name);
    return !said.n || str_eq(said, wanted);
}

static bool key_is_for(const json *jwk, const struct algorithm *g, str key_name)
{
    return str_eq(json_text(jwk, STR("kty")), g->key_type) &&
           (!g->curve.n || str_eq(json_text(jwk, STR("crv")), g->curve)) &&
           member_allows(jwk, STR("use"), STR("sig")) && member_allows(jwk, STR("alg"), g->name) &&
           (!key_name.n || str_eq(json_text(jwk, STR("kid")), key_name));
}

// ---- Checking ----------------------------------------------------------------------------------------------------

// JOSE puts r and s side by side, GnuTLS wants them as ASN.1.
static bool signature_of(const struct algorithm *g, const struct jws *j, gnutls_datum_t *out)
{
    unsigned char *bytes = (unsigned char *)(uintptr_t)j->signature.p;
    *out = (gnutls_datum_t){bytes, (unsigned)j->signature.n};
    if (!g->is_pair) return true;
    const gnutls_datum_t r = {bytes, P256_BYTES}, s = {bytes + P256_BYTES, P256_BYTES};
    return j->signature.n == 2 * P256_BYTES && gnutls_encode_rs_value(out, &r, &s) == 0;
}

static bool fits(const struct algorithm *g, const struct jws *j, const json *jwk, arena *a)
{
    gnutls_pubkey_t key;
    gnutls_datum_t signature;
    const gnutls_datum_t data = {(unsigned char *)(uintptr_t)j->signed_part.p, (unsigned)j->signed_part.n};
    if (gnutls_pubkey_init(&key) != 0) return false;
    bool ok = false;
    if (g->import(key, jwk, a) && signature_of(g, j, &signature)) {
        ok = gnutls_pubkey_verify_data2(key, g->sign, 0, &data, &signature) >= 0;
        if (g->is_pair) gnutls_free(signature.data);
    }
    gnutls_pubkey_deinit(key);
    return ok;
}

bool jws_verify(const struct jws *j, const json *keys, arena *a, err *e)
{
    const json *list = json_get(keys, STR("keys"));
    const struct algorithm *g = NULL;
    size_t tried = 0;
    for (size_t k = 0; k < sizeof algorithms / sizeof algorithms[0]; k++)
        if (str_eq(algorithms[k].name, j->algorithm)) g = &algorithms[k];
    if (!g)
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "a token signed by '%.*s' is not taken",
                       STR_ARG(str_slice(j->algorithm, 0, 16)));
    if (!list || list->type != JSON_ARRAY)
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the provider's keys are not a list");
    for (const json *jwk = list->first; jwk && tried < KEYS_MOST; jwk = jwk->next) {
        if (!key_is_for(jwk, g, j->key_name)) continue;
        tried++;
        if (fits(g, j, jwk, a)) return true;
    }
    if (!tried)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "the provider has no key of the name in the token");
    return err_set(e, ERR_AUTH, ERR_NOWHERE, "the signature of the token does not fit");
}
