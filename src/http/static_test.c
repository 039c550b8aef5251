// SPDX-License-Identifier: EUPL-1.2
#include "http/static.h"

#include "http/test_client.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[TEST_DIRECTORY_MAX];
static struct http_static *files;
static struct http_server *server;

static const struct {
    const char *name, *content;
} made[] = {
    {"app.0a1b2c3d4e.css", "body{color:red}"},
    {"app.0a1b2c3d4e.css.br", "brotli of it"},
    {"app.0a1b2c3d4e.css.gz", "gzip of it"},
    {"chunk-QZ5JAT2X.js", "let a"},
    {"service-worker.js", "let b"},
    {"index-template.html", "<p>"},
    {"deep/er/caf\xc3\xa9 1.txt", "text"},
    {"alone.gz", "an archive that is a file of its own"},
    {"unknown", "?"},
    {"empty.txt", ""},
    {".hidden", "secret"},
    {".git/config", "secret"},
};

static void path_in_root(char path[static 512], const char *name)
{
    snprintf(path, 512, "%s/%s", root, name);
}

static void make_file(const char *name, const char *content)
{
    char path[512];
    path_in_root(path, name);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0700);
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static int before(void **state)
{
    (void)state;
    char link[512], outside[] = "/etc/hostname";
    err e = {0};
    test_directory_make(root);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) make_file(made[i].name, made[i].content);
    path_in_root(link, "link.txt");
    if (symlink(outside, link)) return -1;
    files = http_static_open(root, STR("/assets/"), &e);
    if (!files) fail_msg("%s", e.text);
    static http_route routes[] = {{.methods = HTTP_GET,
                                   .path = STR("/assets"),
                                   .flags = HTTP_PREFIX | HTTP_ON_LOOP,
                                   .handle = http_static_handle}};
    routes[0].context = files;
    const http_config config = {
        .listen = STR("127.0.0.1:0"), .loops = 1, .workers = 1, .routes = routes, .route_count = 1};
    server = http_start(&config, &e);
    return server ? 0 : -1;
}

static int after(void **state)
{
    (void)state;
    http_stop(server, 1);
    http_static_close(files);
    test_directory_remove(root);
    return 0;
}

static struct client client;

static struct client_reply get(const char *path, const char *fields)
{
    char text[1024];
    if (client.fd > 0) client_close(&client);
    client = client_open(http_port(server));
    client_send(&client,
                (str){text, (size_t)snprintf(text, sizeof text,
                                             "GET /assets/%s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, fields)});
    return client_read(&client);
}

TEST(a_file_is_sent_with_its_type_and_tag)
{
    struct client_reply r = get("service-worker.js", "");
    assert_int_equal(r.status, 200);
    assert_str(r.body, "let b");
    assert_str(client_header(&r, "Content-Type"), "text/javascript; charset=utf-8");
    assert_str(client_header(&r, "Cache-Control"), "no-cache");
    assert_true(str_starts(client_header(&r, "ETag"), STR("\"")));
    r = get("unknown", "");
    assert_str(client_header(&r, "Content-Type"), "application/octet-stream");
    assert_int_equal(get("empty.txt", "").body.n, 0);
}

TEST(a_name_with_a_hash_is_kept_for_ever)
{
    static const char *const hashed[] = {"app.0a1b2c3d4e.css", "chunk-QZ5JAT2X.js"};
    for (size_t i = 0; i < 2; i++) {
        const struct client_reply r = get(hashed[i], "");
        assert_str(client_header(&r, "Cache-Control"), "public, max-age=31536000, immutable");
    }
    const struct client_reply r = get("index-template.html", "");
    assert_str(client_header(&r, "Cache-Control"), "no-cache");
}

TEST(the_twin_that_the_client_accepts_is_sent)
{
    struct client_reply r = get("app.0a1b2c3d4e.css", "Accept-Encoding: gzip, deflate, br\r\n");
    assert_str(r.body, "brotli of it");
    assert_str(client_header(&r, "Content-Encoding"), "br");
    assert_str(client_header(&r, "Vary"), "Accept-Encoding");
    r = get("app.0a1b2c3d4e.css", "Accept-Encoding: gzip, br;q=0\r\n");
    assert_str(r.body, "gzip of it");
    assert_str(client_header(&r, "Content-Encoding"), "gzip");
    assert_str(client_header(&r, "Content-Type"), "text/css; charset=utf-8");
    r = get("app.0a1b2c3d4e.css", "");
    assert_str(r.body, "body{color:red}");
    assert_int_equal(client_header(&r, "Content-Encoding").n, 0);
    assert_str(client_header(&r, "Vary"), "Accept-Encoding");
}

TEST(what_the_client_has_is_not_sent_again)
{
    char fields[256];
    struct client_reply r = get("app.0a1b2c3d4e.css", "Accept-Encoding: br\r\n");
    const str tag = client_header(&r, "ETag");
    snprintf(fields, sizeof fields, "Accept-Encoding: br\r\nIf-None-Match: \"other\", W/%.*s\r\n",
             STR_ARG(tag));
    r = get("app.0a1b2c3d4e.css", fields);
    assert_int_equal(r.status, 304);
    assert_int_equal(r.body.n, 0);
    assert_true(client_header(&r, "ETag").n && client_header(&r, "Cache-Control").n &&
                client_header(&r, "Vary").n);
    r = get("app.0a1b2c3d4e.css",
            fields + strlen("Accept-Encoding: br\r\n"));  // the plain form has another tag
    assert_int_equal(r.status, 200);
    assert_int_equal(get("empty.txt", "If-None-Match: *\r\n").status, 304);
    assert_int_equal(get("empty.txt", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST(addresses_are_decoded)
{
    assert_str(get("deep/er/caf%C3%A9%201.txt", "").body, "text");
    assert_str(get("%75nknown", "").body, "?");
}

TEST(nothing_but_the_files_is_there)
{
    static const char *const absent[] = {"",
                                         ".",
                                         "..",
                                         "../assets/unknown",
                                         "../../../../etc/passwd",
                                         "%2e%2e/%2e%2e/etc/passwd",
                                         "deep",
                                         "deep/",
                                         "deep/er",
                                         "link.txt",
                                         ".hidden",
                                         ".git/config",
                                         "unknown/",
                                         "unknown%00.css",
                                         "app.0a1b2c3d4e.css.br",
                                         "app.0a1b2c3d4e.css.gz",
                                         "%ff"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_int_equal(get(absent[i], "").status, 404);
    const struct client_reply r = get("alone.gz", "");
    assert_int_equal(r.status, 200);  // no twin of anything
}

TEST(a_directory_that_is_not_there_is_named)
{
    err e = {0};
    assert_null(http_static_open("/nonexistent/web", STR("/"), &e));
    assert_non_null(strstr(e.text, "/nonexistent/web"));
}

static int hang_up(void **state)
{
    client_close(&client);
    return after(state);
}

RUN_WITH(before, hang_up, CASE(a_file_is_sent_with_its_type_and_tag),
         CASE(a_name_with_a_hash_is_kept_for_ever), CASE(the_twin_that_the_client_accepts_is_sent),
         CASE(what_the_client_has_is_not_sent_again), CASE(addresses_are_decoded),
         CASE(nothing_but_the_files_is_there), CASE(a_directory_that_is_not_there_is_named))
