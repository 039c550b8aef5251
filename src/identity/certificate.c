// SPDX-License-Identifier: EUPL-1.2
// The fingerprint of a client's certificate, from its PEM file or as it is written.
#include "identity/identity.h"

#include <gnutls/x509.h>
#include <sodium.h>

bool certificate_fingerprint(str pem, unsigned char out[static CERTIFICATE_BYTES], err *e)
{
    // GnuTLS reads only, whatever its type says.
    const gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem.p, (unsigned)pem.n};
    gnutls_x509_crt_t c;
    size_t n = CERTIFICATE_BYTES;
    if (pem.n > 1 << 20 || gnutls_x509_crt_init(&c) < 0) return err_no_memory(e);
    int code = gnutls_x509_crt_import(c, &text, GNUTLS_X509_FMT_PEM);
    if (code == 0) code = gnutls_x509_crt_get_fingerprint(c, GNUTLS_DIG_SHA256, out, &n);
    gnutls_x509_crt_deinit(c);
    return code == 0 ||
           err_set(e, ERR_SYNTAX, ERR_NOWHERE, "is no certificate (PEM): %s", gnutls_strerror(code));
}

bool certificate_hex(str hex, unsigned char out[static CERTIFICATE_BYTES], err *e)
{
    size_t n;
    return (sodium_hex2bin(out, CERTIFICATE_BYTES, hex.p, hex.n, ":", &n, NULL) == 0 &&
            n == CERTIFICATE_BYTES) ||
           err_set(e, ERR_SYNTAX, ERR_NOWHERE, "a certificate's fingerprint is SHA-256 in hex: 64 digits");
}
