// SPDX-License-Identifier: EUPL-1.2
#include "fetch/mail.h"

#include "base/test.h"

#include <string.h>

TEST(one_plain_address_is_taken)
{
    err e;
    assert_true(mail_address_check(STR("jan@example.nl"), &e));
    assert_true(mail_address_check(STR("jan.de+meter@mail.example.nl"), &e));
}

TEST(what_could_end_a_command_or_name_a_second_address_is_refused)
{
    static const char *const bad[] = {"",         "jan",        "@example.nl",        "jan@",
                                      "a@b@c",    "a b@c.nl",   "a@c.nl\r\nRCPT TO:", "a@c.nl,b@d.nl",
                                      "<a@c.nl>", "\"a\"@c.nl", "-oQ@c.nl",           "a@c.nl\n"};
    err e;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
        if (mail_address_check(str_of(bad[k]), &e)) fail_msg("%s", bad[k]);
}

TEST(a_message_has_its_headers_and_text)
{
    buf b = {.max = 4096};
    mail_write(&b,
               &(struct mail){.to = STR("jan@example.nl"),
                              .subject = STR("Centrum: fijnstof matig"),
                              .text = STR("Hallo"),
                              .id = STR("a.1"),
                              .date = 1767265445 * TIME_SECOND},
               STR("peil@example.org"));
    assert_str(buf_str(&b), "Date: Thu, 01 Jan 2026 11:04:05 +0000\r\n"
                            "From: <peil@example.org>\r\n"
                            "To: <jan@example.nl>\r\n"
                            "Subject: Centrum: fijnstof matig\r\n"
                            "Message-ID: <a.1@example.org>\r\n"
                            "Auto-Submitted: auto-generated\r\n"
                            "MIME-Version: 1.0\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n"
                            "Content-Transfer-Encoding: base64\r\n"
                            "\r\n"
                            "SGFsbG8=\r\n");
    buf_free(&b);
}

TEST(a_subject_cannot_make_a_header)
{
    buf b = {.max = 4096};
    size_t at;
    mail_write(&b, &(struct mail){.to = STR("a@b.nl"), .subject = STR("x\r\nBcc: c@d.nl")}, STR("p@q.nl"));
    assert_false(str_find(buf_str(&b), STR("Bcc"), &at));
    assert_true(str_find(buf_str(&b), STR("Subject: =?UTF-8?B?eA0KQmNjOiBjQGQubmw=?="), &at));
    buf_free(&b);
}

TEST(an_encoded_word_ends_between_characters)
{
    buf b = {.max = 4096};
    size_t at;
    // 41 letters and then a character of two bytes: it stands whole in the second word.
    mail_write(&b,
               &(struct mail){.to = STR("a@b.nl"),
                              .subject = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9")},
               STR("p@q.nl"));
    assert_true(str_find(buf_str(&b), STR("?=\r\n =?UTF-8?B?w6k=?=\r\n"), &at));
    buf_free(&b);
}

RUN(CASE(one_plain_address_is_taken), CASE(what_could_end_a_command_or_name_a_second_address_is_refused),
    CASE(a_message_has_its_headers_and_text), CASE(a_subject_cannot_make_a_header),
    CASE(an_encoded_word_ends_between_characters))
