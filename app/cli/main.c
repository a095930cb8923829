/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main, by itself in a file, so that tests can link everything else: what holds for the process. */
#include <glib/gi18n.h>
#include <locale.h>
#include <malloc.h>

#include "app/cli/cli.h"

int main(int argc, char **argv)
{
    /* A thread's own arena grows by a page at a time, which is a system call for every few
     * translated blocks; the first one grows by 128 KiB. */
    mallopt(M_ARENA_MAX, 1);
    setlocale(LC_ALL, "");
    bindtextdomain("lathe", LATHE_LOCALEDIR);
    bind_textdomain_codeset("lathe", "UTF-8");
    textdomain("lathe");
    return lathe_cli_main(argc, argv);
}
