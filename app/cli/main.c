/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main, by itself in a file, so that tests can link everything else. */
#include "app/cli/cli.h"

int main(int argc, char **argv)
{
    return lathe_cli_main(argc, argv);
}
