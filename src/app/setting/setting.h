// SPDX-License-Identifier: EUPL-1.2
// setting.h: every setting of peil. One table of them (table.h) makes the file reader, the environment, the flags, `peil init`'s
// commented file and peil.conf(5). Defaults, then the file, then the environment (PEIL_HTTP_LISTEN), then flags.
// Owns     texts lie in the arena given to settings_load
// Errors   ERR_CONFIG: "peil.conf:12: unknown key 'lisen' in [http]; did you mean 'listen'?"
#ifndef PEIL_APP_SETTING_SETTING_H
#define PEIL_APP_SETTING_SETTING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define SETTINGS_FILE "peil.conf"

struct settings {
    struct {
        str directory;
        int64_t summary_mb;
    } store;
    struct {
        str standard;
    } access;
    struct {
        int64_t address_per_minute, token_per_minute;
    } rate;
    struct {
        str listen, root_url, trusted_proxies, tls_cert_file, tls_key_file, redirect_listen, security_contact;
        int64_t loops, workers, connections, connections_per_address, body_bytes, idle_s, request_s, write_s;
        bool tls_client_certificates;
    } http;
    struct {
        str listen;
    } admin;
    struct {
        int64_t page_size, top_max, expand_depth, entities_max, query_bytes, filter_nodes, large_bytes;
    } sta;
    struct {
        str host, client_id, username, password_file, ca_file, cert_file, key_file, endpoint, share_group;
        int64_t port;
        bool publish, publish_unasked, devices;
    } mqtt;
    struct {
        bool accept_new_devices;
        int64_t raw_days, raw_megabytes;
        str payloads_directory, mapping_file, p1_sources;
        int64_t p1_every_s;
    } ingest;
    struct {
        int64_t interval_s;
    } rollup;
    struct {
        str web_directory, town, contact_mail, zone, areas_file, postcodes_file, theme_file;
        bool demo, maintenance;
    } portal;
    struct {
        str directory;
    } rules;
    struct {
        bool correct_humidity;
    } quality;
    struct {
        str smtp_url, smtp_user, smtp_password_file, smtp_ca_file, mail_from;
        int64_t attempts, first_wait_s, keep_days;
        bool smtp_needs_tls, private_targets;
    } outbox;
    struct {
        str directory, set, area;
    } kpi;
    struct {
        int64_t password_memory_kb, password_passes, audit_days;
        bool local_accounts;
    } staff;
    struct {
        str issuer, client_id, client_secret_file, scopes, name_claim, role_claim, role_map, acr, amr,
            ca_file;
    } oidc;
    struct {
        bool enabled;
        str key_file, key_share_file, withdrawn_file;
        int64_t raw_days, backup_days, cap_days;
    } care;
    struct {
        str level;
    } log;
};

// One "section.key=value" from a flag.
struct override {
    str name, value, flag;
};

// `file` NULL: none is read. Environment is read from `environ`.
NODISCARD bool settings_load(const char *file, const struct override *overrides, size_t count, arena *a,
                             struct settings *out, err *e);
// As settings_load without flags and environment; for fuzzing and `peil doctor`. `name` stands in the messages.
NODISCARD bool settings_parse(str text, const char *name, arena *a, struct settings *out, err *e);
// The first line of the file that a setting names, which its owner alone may read; no path gives no text. It ends with a NUL byte.
NODISCARD bool password_read(str path, const char *setting, arena *a, str *out, err *e);
void settings_write_file(
    buf *out);  // the commented file that `peil init` puts down, every key with its default
// Each setting by name ("http.listen") with its value as text, in the order of the table.
void settings_each(const struct settings *s, void (*each)(str name, str text, void *context), void *context);
void settings_write_man(buf *out);  // the list of keys of peil.conf(5), troff

// Where the file of withdrawals (care/withdrawn.h) is: as the setting says, else in the data directory.
NODISCARD bool settings_withdrawn_file(const struct settings *s, arena *a, str *out, err *e);

#endif
