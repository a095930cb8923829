/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which engine a name or "auto" comes to, and what is said about it. */
#include "emulator/accel/accel.h"
#include "emulator/accel/engines.h"
#include "emulator/api/host.h"
#include "tests/test.h"

static bool probe_good(struct emu_error *why_not)
{
    return true;
}

static bool probe_bad(struct emu_error *why_not)
{
    return emu_error_set(why_not, EMU_ERROR_HOST, "the wheels are square");
}

static const struct emu_engine_ops good = {.name = "good", .probe = probe_good};
static const struct emu_engine_ops bad = {.name = "bad", .probe = probe_bad};
static const struct emu_engine_ops also = {.name = "also", .probe = probe_good};

static void test_first_that_works(void)
{
    const struct emu_engine_ops *const table[] = {&bad, &good, &also, NULL};
    struct emu_error err = EMU_ERROR_INIT;
    char why[320], kvm[120];

    emu_host_describe_kvm(kvm, sizeof(kvm));
    CHECK(emu_engine_choose_from(table, "auto", why, sizeof(why), &err) == &good);
    CHECK(strstr(why, "bad cannot run here (the wheels are square); ") == why);
    CHECK(strstr(why, kvm) != NULL);
    CHECK(emu_engine_choose_from(table, NULL, why, 8, &err) == &good);
    CHECK_STR(why, "bad can");
    CHECK(emu_engine_choose_from(table, NULL, NULL, 0, &err) == &good);
    CHECK_EQ(err.kind, EMU_ERROR_NONE);
}

static void test_by_name(void)
{
    const struct emu_engine_ops *const table[] = {&bad, &good, &also, NULL};
    struct emu_error err = EMU_ERROR_INIT;
    char why[320];

    CHECK(emu_engine_choose_from(table, "also", why, sizeof(why), &err) == &also);
    CHECK_STR(why, "");
    CHECK(emu_engine_choose_from(table, "bad", why, sizeof(why), &err) == NULL);
    CHECK_STR(err.text, "the wheels are square");
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(emu_engine_choose_from(table, "tcg", why, sizeof(why), &err) == NULL);
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(emu_engine_choose_from(table, "kvm", why, sizeof(why), &err) == NULL);
    CHECK(strstr(err.text, "not part of this build") != NULL);
}

static void test_none_works(void)
{
    const struct emu_engine_ops *const table[] = {&bad, NULL};
    struct emu_error err = EMU_ERROR_INIT;
    char why[320];

    CHECK(emu_engine_choose_from(table, "auto", why, sizeof(why), &err) == NULL);
    CHECK_EQ(err.kind, EMU_ERROR_HOST);
    CHECK(strstr(err.text, "the wheels are square") != NULL);
}

/* Of this build: the translator where it has one, and the reason says what the CPU lacks. */
static void test_this_host(void)
{
    char why[320];
    const char *name = emu_host_default_engine(why, sizeof(why));

#ifdef __x86_64__
    CHECK_STR(name, "jit");
    CHECK(strncmp(why, "the fastest", 11) == 0);
#else
    CHECK_STR(name, "interp");
    CHECK(strncmp(why, "jit cannot run here", 19) == 0);
#endif
    CHECK(strstr(why, "kvm is not in it") != NULL);
    CHECK(strstr(why, "vmx or svm") != NULL);
    CHECK(strlen(why) < 300); /* nothing is cut off */
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"accel: the first that works", test_first_that_works},
        {"accel: by name", test_by_name},
        {"accel: none works", test_none_works},
        {"accel: this host", test_this_host},
        {NULL, NULL},
    };
    return test_main(argc, argv, cases);
}
