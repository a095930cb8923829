/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/test.h"

int test_failures;

unsigned test_patience(void)
{
    const char *patience = getenv("PATIENCE");

    return patience != NULL ? (unsigned)atoi(patience) : 3;
}

int test_main(int argc, char **argv, const struct test_case *cases)
{
    const char *filter = argc > 1 ? argv[1] : "";
    int failed = 0;

    for (; cases->name != NULL; cases++) {
        if (strstr(cases->name, filter) == NULL)
            continue;
        test_failures = 0;
        cases->run();
        printf("%s %s\n", test_failures == 0 ? "ok" : "not ok", cases->name);
        fflush(stdout);
        failed += test_failures != 0;
    }
    return failed != 0;
}
