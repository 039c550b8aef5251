// SPDX-License-Identifier: EUPL-1.2
#include "app/setting/table.h"

#include "base/log.h"
#include "base/tz.h"
#include "fetch/mail.h"
#include "http/server.h"
#include "identity/identity.h"
#include "oidc/claim.h"
#include "oidc/provider.h"

#include <stddef.h>

// ---- What a text must be -----------------------------------------------------------------------------------------

static bool check_address(str text, err *e)
{
    return text.n == 0 || http_address_check(text, e);
}

static bool check_root_url(str text, err *e)
{
    return text.n == 0 || str_starts(text, STR("https://")) || str_starts(text, STR("http://")) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'root_url' starts with https:// (or http://), not '%.*s'",
                   STR_ARG(text));
}

static bool check_proxies(str text, err *e)
{
    return http_proxies_check(text, e);
}

static bool check_access(str text, err *e)
{
    access_level level;
    return access_by_name(text, &level) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'standard' is public, internal or private, not '%.*s'",
                   STR_ARG(text));
}

static bool check_contact(str text, err *e)
{
    return text.n == 0 || str_starts(text, STR("mailto:")) || str_starts(text, STR("https://")) ||
           str_starts(text, STR("tel:")) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'security_contact' starts with mailto:, https:// or tel:");
}

static bool check_zone(str text, err *e)
{
    struct tz *z = tz_load(text.p, e);
    tz_free(z);
    return z != NULL;
}

static bool check_level(str text, err *e)
{
    log_level level;
    return log_level_parse(text, &level) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'level' is error, warning, notice, info or debug, not '%.*s'",
                   STR_ARG(text));
}

static bool check_smtp_url(str text, err *e)
{
    return text.n == 0 || str_starts(text, STR("smtps://")) || str_starts(text, STR("smtp://")) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'smtp_url' starts with smtp:// or smtps://, not '%.*s'",
                   STR_ARG(text));
}

static bool check_mail_from(str text, err *e)
{
    return text.n == 0 || mail_address_check(text, NULL) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'mail_from' is one plain mail address, not '%.*s'",
                   STR_ARG(text));
}

static bool check_issuer(str text, err *e)
{
    return text.n == 0 || oidc_issuer_check(text, e);
}

static bool check_role_map(str text, err *e)
{
    str group, name;
    role r;
    while (claim_map_next(&text, &group, &name))
        if (!group.n || !role_by_name(name, &r) || r == ROLE_PUBLIC || r == ROLE_DEVICE)
            return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                           "'role_map' is GROUP=ROLE, GROUP=ROLE with roles of people, not '%.*s=%.*s'",
                           STR_ARG(group), STR_ARG(name));
    return true;
}

static bool check_contact_mail(str text, err *e)
{
    return text.n == 0 || mail_address_check(text, NULL) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "'contact_mail' is one plain mail address, not '%.*s'",
                   STR_ARG(text));
}

#define AT(section, key) (offsetof(struct settings, section.key))

// clang-format off
const struct setting setting_table[] = {
    {"store", "directory", SETTING_TEXT, AT(store, directory), "data", 0, 0,
     "Directory that holds everything peil keeps."},
    {"store", "summary_mb", SETTING_INT, AT(store, summary_mb), "16", 0, 4096,
     "Memory in MB for what was worked out of Datastreams that were asked for: sums per hour, quantiles per period, readings around where a page began; 16 hold about 500,000 hours. 0: nothing is kept."},

    {"access", "standard", SETTING_TEXT, AT(access, standard), "internal", 0, 0,
     "Who sees a Thing whose properties have no \"access\": public, internal (whoever has an account or token that reads) or private.",
     check_access},

    {"rate", "address_per_minute", SETTING_INT, AT(rate, address_per_minute), "6000", 0, 10000000,
     "Requests without a token that one address may make, a third of them at once; 0: no limit. Behind a proxy set trusted_proxies."},
    {"rate", "token_per_minute", SETTING_INT, AT(rate, token_per_minute), "0", 0, 10000000,
     "Requests that one token may make; 0: no limit."},

    {"http", "listen", SETTING_TEXT, AT(http, listen), "127.0.0.1:8080", 0, 0,
     "Address and port of the portal and the APIs. Loopback unless you change it; put a TLS proxy in front.",
     check_address},
    {"http", "root_url", SETTING_TEXT, AT(http, root_url), "", 0, 0,
     "Address under which the public reaches peil, used in every link: https://peil.example.nl. Empty: http://localhost and the port.",
     check_root_url},
    {"http", "trusted_proxies", SETTING_TEXT, AT(http, trusted_proxies), "", 0, 0,
     "Addresses of the proxies in front: 127.0.0.1, ::1, 10.0.0.0/8. Only what these say in X-Forwarded-For and -Proto counts.",
     check_proxies},
    {"http", "tls_cert_file", SETTING_TEXT, AT(http, tls_cert_file), "", 0, 0,
     "Certificate with those that vouch for it (PEM). Empty: no TLS here, a proxy does that. Read again on SIGHUP."},
    {"http", "tls_key_file", SETTING_TEXT, AT(http, tls_key_file), "", 0, 0,
     "Key of the certificate (PEM), which others must not be able to read."},
    {"http", "tls_client_certificates", SETTING_BOOL, AT(http, tls_client_certificates), "no", 0, 0,
     "Clients are asked for a certificate, and one that `peil token create --certificate` knows counts as a token. Browsers of who has certificates ask which."},
    {"http", "redirect_listen", SETTING_TEXT, AT(http, redirect_listen), "", 0, 0,
     "Address for plain http that leads to https on the same name: 0.0.0.0:80. Empty: none.",
     check_address},
    {"http", "security_contact", SETTING_TEXT, AT(http, security_contact), "", 0, 0,
     "Where a hole can be told, for /.well-known/security.txt: mailto:security@example.nl or an https address.",
     check_contact},
    {"http", "loops", SETTING_INT, AT(http, loops), "0", 0, 64,
     "Event loops; 0 is one per core."},
    {"http", "workers", SETTING_INT, AT(http, workers), "4", 1, 256,
     "Threads that answer questions."},
    {"http", "connections", SETTING_INT, AT(http, connections), "12000", 16, 1000000,
     "Open connections at most."},
    {"http", "connections_per_address", SETTING_INT, AT(http, connections_per_address), "0", 0, 1000000,
     "Open connections from one address at most; 0 is no limit (right behind a proxy)."},
    {"http", "body_bytes", SETTING_INT, AT(http, body_bytes), "1048576", 1024, 1073741824,
     "Largest request body, in bytes, except where another limit is named."},
    {"http", "idle_s", SETTING_INT, AT(http, idle_s), "60", 1, 3600,
     "Seconds that a connection may be idle between requests."},
    {"http", "request_s", SETTING_INT, AT(http, request_s), "20", 1, 3600,
     "Seconds from the first to the last byte of a request."},
    {"http", "write_s", SETTING_INT, AT(http, write_s), "30", 1, 3600,
     "Seconds without progress before a client that does not read is let go."},

    {"admin", "listen", SETTING_TEXT, AT(admin, listen), "", 0, 0,
     "Address of /metrics and of the administering commands. Empty: the socket admin.sock in the store's directory, for its owner only.",
     check_address},

    {"sta", "page_size", SETTING_INT, AT(sta, page_size), "100", 1, 100000,
     "Entities on a page when a query has no $top."},
    {"sta", "top_max", SETTING_INT, AT(sta, top_max), "10000", 1, 1000000,
     "Entities on a page at most; a larger $top is answered with this many and a nextLink."},
    {"sta", "expand_depth", SETTING_INT, AT(sta, expand_depth), "8", 1, 32,
     "Levels of $expand at most."},
    {"sta", "entities_max", SETTING_INT, AT(sta, entities_max), "1000000000", 1000, 1000000000000,
     "Entities that one answer could hold by the $top of all its levels of $expand; more is refused."},
    {"sta", "query_bytes", SETTING_INT, AT(sta, query_bytes), "8192", 256, 16384,
     "Length of a query string at most."},
    {"sta", "filter_nodes", SETTING_INT, AT(sta, filter_nodes), "400", 10, 10000,
     "Operators, functions, names and literals in one $filter at most."},
    {"sta", "large_bytes", SETTING_INT, AT(sta, large_bytes), "67108864", 1024, 1073741824,
     "Largest body of CreateObservations and $batch, in bytes."},

    {"mqtt", "host", SETTING_TEXT, AT(mqtt, host), "", 0, 0,
     "The town's MQTT broker. Empty: no MQTT."},
    {"mqtt", "port", SETTING_INT, AT(mqtt, port), "1883", 1, 65535,
     "Port of the broker; 8883 is usual with TLS."},
    {"mqtt", "client_id", SETTING_TEXT, AT(mqtt, client_id), "peil", 0, 0,
     "Name of peil's session at the broker. Never change it while messages wait there."},
    {"mqtt", "username", SETTING_TEXT, AT(mqtt, username), "", 0, 0,
     "User at the broker; empty: none."},
    {"mqtt", "password_file", SETTING_TEXT, AT(mqtt, password_file), "", 0, 0,
     "File whose first line is the password at the broker."},
    {"mqtt", "ca_file", SETTING_TEXT, AT(mqtt, ca_file), "", 0, 0,
     "Certificates that the broker's is checked against (PEM). Empty: no TLS."},
    {"mqtt", "cert_file", SETTING_TEXT, AT(mqtt, cert_file), "", 0, 0,
     "Client certificate (PEM), when the broker asks for one."},
    {"mqtt", "key_file", SETTING_TEXT, AT(mqtt, key_file), "", 0, 0,
     "Key of the client certificate (PEM)."},
    {"mqtt", "publish", SETTING_BOOL, AT(mqtt, publish), "yes", 0, 0,
     "Publish new and changed entities at the broker, as SensorThings describes."},
    {"mqtt", "publish_unasked", SETTING_BOOL, AT(mqtt, publish_unasked), "yes", 0, 0,
     "Announce though nobody is known to have asked; if not, mosquitto.conf needs: log_dest topic, log_type subscribe."},
    {"mqtt", "endpoint", SETTING_TEXT, AT(mqtt, endpoint), "", 0, 0,
     "Address of the broker as the public reaches it, named in the service root: mqtts://mqtt.example.nl:8883."},
    {"mqtt", "devices", SETTING_BOOL, AT(mqtt, devices), "yes", 0, 0,
     "Take in what devices publish, on the topics that peil knows (see docs/devices) and those of ingest.mapping_file."},
    {"mqtt", "share_group", SETTING_TEXT, AT(mqtt, share_group), "", 0, 0,
     "Share the messages with other subscribers of this group ($share/GROUP/...); empty: peil gets every message."},

    {"ingest", "accept_new_devices", SETTING_BOOL, AT(ingest, accept_new_devices), "no", 0, 0,
     "A device seen for the first time becomes a Thing with Datastreams by itself. no: it waits until the operator lets it in."},
    {"ingest", "raw_days", SETTING_INT, AT(ingest, raw_days), "7", 0, 3650,
     "Messages of devices are kept as they came for so many days, to be read again by `peil ingest replay`; 0: none. Never those of smart meters."},
    {"ingest", "raw_megabytes", SETTING_INT, AT(ingest, raw_megabytes), "256", 1, 1000000,
     "At most so much of them, packed: the oldest go."},
    {"ingest", "payloads_directory", SETTING_TEXT, AT(ingest, payloads_directory), "", 0, 0,
     "Directory of your own descriptions of LoRaWAN payloads, NAME.json; they go before those that peil comes with."},
    {"ingest", "mapping_file", SETTING_TEXT, AT(ingest, mapping_file), "", 0, 0,
     "File that says which value on which MQTT topic is what, for devices that peil does not know; see docs/devices/mapping.md."},

    {"rollup", "interval_s", SETTING_INT, AT(rollup, interval_s), "60", 1, 3600,
     "Seconds between two rounds of adding up: figures of areas are at most this old."},
    {"ingest", "p1_sources", SETTING_TEXT, AT(ingest, p1_sources), "", 0, 0,
     "Smart meters to read: NAME=serial:/dev/ttyUSB0 (115200 baud), NAME=serial9600:/dev/ttyUSB0 (DSMR 2.2, 3), NAME=tcp:HOST:PORT, NAME=file:PATH; several with spaces."},
    {"ingest", "p1_every_s", SETTING_INT, AT(ingest, p1_every_s), "900", 0, 86400,
     "Seconds between two telegrams of one meter that are stored. Less than a quarter of an hour tells what people do at home: only with their consent."},

    {"portal", "web_directory", SETTING_TEXT, AT(portal, web_directory), "", 0, 0,
     "Built pages of the portal. Empty: where peil was installed."},
    {"portal", "town", SETTING_TEXT, AT(portal, town), "Rijswijk", 0, 0,
     "Name of the town, as the pages show it."},
    {"portal", "contact_mail", SETTING_TEXT, AT(portal, contact_mail), "", 0, 0,
     "Mail address of who answers for the interfaces, as OpenAPI documents show it; a desk, no person.",
     check_contact_mail},
    {"portal", "zone", SETTING_TEXT, AT(portal, zone), "Europe/Amsterdam", 0, 0,
     "Time zone of the town, for days, months and the clock on the pages.",
     check_zone},
    {"portal", "areas_file", SETTING_TEXT, AT(portal, areas_file), "", 0, 0,
     "GeoJSON with neighbourhoods, imported on the first start, as peil import areas does. Empty: the simplified ones of Rijswijk."},
    {"portal", "postcodes_file", SETTING_TEXT, AT(portal, postcodes_file), "", 0, 0,
     "CSV with the neighbourhood of each postcode, imported when there are none yet; staff can change it at /team/gebieden. Empty: none; in the demo made-up ones."},
    {"portal", "theme_file", SETTING_TEXT, AT(portal, theme_file), "", 0, 0,
     "JSON with the town's name, logo, colours and contact; share/theme/example.json shows all it may hold. Empty: peil's own."},
    {"portal", "maintenance", SETTING_BOOL, AT(portal, maintenance), "no", 0, 0,
     "Every page says that there is work going on (503, come back in ten minutes). Readings are still taken in and the interfaces answer."},
    {"portal", "demo", SETTING_BOOL, AT(portal, demo), "no", 0, 0,
     "Mark every page as showing demo data."},

    {"rules", "directory", SETTING_TEXT, AT(rules, directory), "", 0, 0,
     "Directory of the rules that staff can switch on, NAME.json. Empty: where peil was installed."},

    {"quality", "correct_humidity", SETTING_BOOL, AT(quality, correct_humidity), "no", 0, 0,
     "Make a Datastream of dust corrected for humidity beside each raw one that has a hygrometer. Experimental; it is in no index."},

    {"outbox", "smtp_url", SETTING_TEXT, AT(outbox, smtp_url), "", 0, 0,
     "Mail server: smtp://mail.example.nl:587 (with STARTTLS), smtps://... Empty: no mail is sent.",
     check_smtp_url},
    {"outbox", "smtp_needs_tls", SETTING_BOOL, AT(outbox, smtp_needs_tls), "yes", 0, 0,
     "Mail leaves over TLS only. no: also in the clear, for a mail server on this machine."},
    {"outbox", "smtp_ca_file", SETTING_TEXT, AT(outbox, smtp_ca_file), "", 0, 0,
     "Certificates that the mail server's is checked against (PEM). Empty: those of the system."},
    {"outbox", "smtp_user", SETTING_TEXT, AT(outbox, smtp_user), "", 0, 0,
     "User at the mail server; empty: none."},
    {"outbox", "smtp_password_file", SETTING_TEXT, AT(outbox, smtp_password_file), "", 0, 0,
     "File whose first line is the password at the mail server."},
    {"outbox", "mail_from", SETTING_TEXT, AT(outbox, mail_from), "", 0, 0,
     "Address that mail comes from; needed with smtp_url.",
     check_mail_from},
    {"outbox", "private_targets", SETTING_BOOL, AT(outbox, private_targets), "no", 0, 0,
     "Webhooks may go to computers of your own network, and without TLS. no: to https addresses of the public internet only."},
    {"outbox", "attempts", SETTING_INT, AT(outbox, attempts), "12", 1, 50,
     "Attempts at a message before it is given up; each waits four times as long as the one before, at most 12 hours."},
    {"outbox", "first_wait_s", SETTING_INT, AT(outbox, first_wait_s), "5", 1, 3600,
     "Seconds between the first attempt and the second."},
    {"outbox", "keep_days", SETTING_INT, AT(outbox, keep_days), "30", 1, 365,
     "Days that it is known what became of a message; the address in one that was given up is kept as long."},

    {"kpi", "directory", SETTING_TEXT, AT(kpi, directory), "", 0, 0,
     "Directory with sets of indicators (NAME.json) and mappings. Empty: where peil was installed."},
    {"kpi", "set", SETTING_TEXT, AT(kpi, set), "u4ssc", 0, 0,
     "Name of the set of indicators that the town uses."},
    {"kpi", "area", SETTING_TEXT, AT(kpi, area), "GM0603", 0, 0,
     "Code of the town's own area, which the assessment is about."},

    {"staff", "password_memory_kb", SETTING_INT, AT(staff, password_memory_kb), "65536", 8, 4194304,
     "Memory that hashing one password takes (argon2id); more is harder to guess. New passwords only."},
    {"staff", "password_passes", SETTING_INT, AT(staff, password_passes), "2", 1, 64,
     "How often that memory is gone through."},
    {"staff", "audit_days", SETTING_INT, AT(staff, audit_days), "1095", 30, 36500,
     "Days that lines of the audit log are kept."},

    {"staff", "local_accounts", SETTING_BOOL, AT(staff, local_accounts), "yes", 0, 0,
     "Accounts with a password may log in. no: only those of the identity provider (section oidc)."},

    {"oidc", "issuer", SETTING_TEXT, AT(oidc, issuer), "", 0, 0,
     "Identity provider of the town (OpenID Connect), as it names itself: https://login.example.nl/realms/town. Empty: none. See docs/login.md.",
     check_issuer},
    {"oidc", "client_id", SETTING_TEXT, AT(oidc, client_id), "", 0, 0,
     "Name under which the provider knows peil."},
    {"oidc", "client_secret_file", SETTING_TEXT, AT(oidc, client_secret_file), "", 0, 0,
     "File, readable by its owner only, whose first line is the secret that the provider gave with it. Empty: PKCE alone."},
    {"oidc", "scopes", SETTING_TEXT, AT(oidc, scopes), "openid profile", 0, 0,
     "What the provider is asked for; 'openid' must be among it."},
    {"oidc", "name_claim", SETTING_TEXT, AT(oidc, name_claim), "preferred_username", 0, 0,
     "Claim of the id_token that becomes the name of the account here."},
    {"oidc", "role_claim", SETTING_TEXT, AT(oidc, role_claim), "groups", 0, 0,
     "Claim with the groups or roles of who logs in; dots lead inwards: realm_access.roles."},
    {"oidc", "role_map", SETTING_TEXT, AT(oidc, role_map), "", 0, 0,
     "Which group has which role here, the first that fits counts: peil-admin=administrator, peil-read=reader. No group, no way in.",
     check_role_map},
    {"oidc", "acr", SETTING_TEXT, AT(oidc, acr), "", 0, 0,
     "Levels of trust (acr) of which the provider must have reached one, separated by spaces. Empty: not looked at."},
    {"oidc", "amr", SETTING_TEXT, AT(oidc, amr), "", 0, 0,
     "Ways of logging in (amr) of which one must have been used, separated by spaces: mfa otp hwk. Empty: not looked at."},
    {"oidc", "ca_file", SETTING_TEXT, AT(oidc, ca_file), "", 0, 0,
     "Certificates that the provider's is checked against (PEM). Empty: those of the system."},

    {"care", "enabled", SETTING_BOOL, AT(care, enabled), "no", 0, 0,
     "Keep signs of life: somebody looks in when a home that takes part falls silent."},
    {"care", "key_file", SETTING_TEXT, AT(care, key_file), "", 0, 0,
     "File with the key of vault.db (64 hex digits, mode 0600), outside the data directory; made when absent. The systemd credential peil-vault-key goes before it."},
    {"care", "key_share_file", SETTING_TEXT, AT(care, key_share_file), "", 0, 0,
     "File with a second share of that key, kept by a second person: neither share alone opens vault.db. As key_file; the credential is peil-vault-share."},
    {"care", "raw_days", SETTING_INT, AT(care, raw_days), "30", 1, 60,
     "Days that meter readings sent to the town are kept; then they are deleted."},
    {"care", "backup_days", SETTING_INT, AT(care, backup_days), "30", 1, 365,
     "Days that the town keeps copies of its data (peil backup): told to residents who stop, and how long withdrawn_file holds them. Delete older copies."},
    {"care", "withdrawn_file", SETTING_TEXT, AT(care, withdrawn_file), "", 0, 0,
     "File of who stopped, as hashes, so that a copy that is put back brings nobody back. Default: withdrawn in the data directory. On another disk it outlives this one."},
    {"care", "cap_days", SETTING_INT, AT(care, cap_days), "7", 1, 14,
     "Days of silence after which a person looks in any case."},

    {"log", "level", SETTING_TEXT, AT(log, level), "info", 0, 0,
     "error, warning, notice, info or debug.",
     check_level},
};
// clang-format on

const size_t setting_count = sizeof setting_table / sizeof setting_table[0];
