// SPDX-License-Identifier: EUPL-1.2
// evidence.h: files that stand behind a value: what may come in, under which name, and keeping them by the hash of their bytes.
//
// A file is kept when it comes in, whether the value it came with is taken or not, and never deleted: a revision without a file
// leaves the earlier ones with theirs. Files are only handed out as downloads.
// Owns     texts lie in the arena
// Threads  kpi_evidence_keep on the writer thread, inside an operation; the others any
// Errors   ERR_MISSING (empty), ERR_LIMIT (size), ERR_MEDIA (a kind of file that is no evidence, or not what its name says)
#ifndef PEIL_KPI_VALUE_EVIDENCE_H
#define PEIL_KPI_VALUE_EVIDENCE_H

#include "kpi/value/act.h"

#define KPI_EVIDENCE_BYTES_MAX ((size_t)12 << 20)
#define KPI_EVIDENCE_NAME_MAX 120

// A name for people: without directories, quotes, control and direction characters, and not too long; "bestand" when nothing is left.
NODISCARD bool kpi_evidence_name(str given, arena *a, str *out, err *e);
// By the end of the name: "application/pdf". ERR_MEDIA names what may come in.
NODISCARD bool kpi_evidence_media(str name, str *out, err *e);
// The kind and size, and that documents and pictures begin as their kind does.
NODISCARD bool kpi_evidence_check(str name, str bytes, err *e);
// Stores checked bytes and writes a line of the audit log; the evidence without its name.
NODISCARD bool kpi_evidence_keep(struct store_tx *tx, const struct kpi_acting *by, str bytes,
                                 struct kpi_evidence *out, err *e);
// That is stored: fills bytes and media type of one with hash and name. ERR_ABSENT.
NODISCARD bool kpi_evidence_find(struct snapshot *at, struct kpi_evidence *x, err *e);

#endif
