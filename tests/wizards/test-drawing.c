/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes drawn of letters, and what comes of moving a processor or a device. */
#include <locale.h>

#include "tests/test.h"
#include "wizards/topology/drawing.h"
#include "wizards/topology/topology.h"

static struct lathe_answers *answers_of(const char *const pairs[][2])
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_topology_flow);

    for (int i = 0; pairs[i][0] != NULL; i++)
        CHECK(lathe_answers_set(answers, pairs[i][0], pairs[i][1], NULL));
    return answers;
}

static const char *const two_nodes[][2] = {
    {"cpus", "8"},           {"sockets", "2"},
    {"memory", "6G"},        {"nodes", "id=0,cpus=0-1,cpus=4,memory=4G\nid=7,memory=2G"},
    {"distances", "0,7,31"}, {NULL, NULL},
};

static void text_of_boxes(void)
{
    struct lathe_answers *answers = answers_of(two_nodes);

    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        return; /* musl's name for it is another */
    g_autofree char *text = lathe_drawing_text(answers);
    CHECK_STR(text, "├─ Node 0: 4 GiB\n"
                    "│  ├─ Socket 0: processors 0-1\n"
                    "│  └─ Socket 1: processors 4\n"
                    "├─ Node 7: 2 GiB\n"
                    "│  └─ no processors\n"
                    "└─ No node\n"
                    "   ├─ Socket 0: processors 2-3\n"
                    "   └─ Socket 1: processors 5-7\n"
                    "\n"
                    "Distances, from the node at the left\n"
                    "     │   0   7\n"
                    "─────┼────────\n"
                    "   0 │  10  31\n"
                    "   7 │  31  10");
    lathe_answers_free(answers);
}

static void text_of_ascii(void)
{
    struct lathe_answers *answers = answers_of(two_nodes);

    setlocale(LC_ALL, "C");
    g_autofree char *text = lathe_drawing_text(answers);
    CHECK(g_str_is_ascii(text));
    CHECK(strstr(text, "|- Node 0: 4 GiB\n|  |- Socket 0: processors 0-1\n") == text);
    CHECK(strstr(text, "`- No node\n   |- Socket 0") != NULL);
    CHECK(strstr(text, "-----+--------\n   0 |  10  31\n") != NULL);
    lathe_answers_free(answers);
}

static void text_of_none(void)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_topology_flow);
    g_autofree char *text = lathe_drawing_text(answers);

    CHECK(text == NULL);
    CHECK(lathe_answers_set(answers, "nodes", "id=3", NULL));
    g_autofree char *one = lathe_drawing_text(answers);
    CHECK(strstr(one, "|- Node 3: no memory\n|  `- no processors\n") == one);
    CHECK(strstr(one, "Distances") == NULL);
    lathe_answers_free(answers);
}

static void text_of_many(void)
{
    GString *nodes = g_string_new("id=0,cpus=0");
    struct lathe_answers *answers = lathe_answers_new(&lathe_topology_flow);

    for (int i = 1; i < 12; i++)
        g_string_append_printf(nodes, "\nid=%d,memory=1G", i);
    CHECK(lathe_answers_set(answers, "nodes", nodes->str, NULL));
    g_autofree char *text = lathe_drawing_text(answers);
    CHECK(strstr(text, "`- Node 11: 1 GiB") != NULL);
    CHECK(strstr(text, "\n   7 |  20  20  20  20  20  20  20  10\n4 nodes are not shown") != NULL);
    g_string_free(nodes, TRUE);
    lathe_answers_free(answers);
}

static void moving_cpus(void)
{
    struct lathe_answers *answers = answers_of(two_nodes);
    g_autofree char *moved = lathe_drawing_move_cpus(answers, 4, 4, 1);

    CHECK_STR(moved, "id=0,memory=4G,cpus=0-1\nid=7,memory=2G,cpus=4-7");
    g_autofree char *same = lathe_drawing_move_cpus(answers, 0, 1, 0);
    CHECK_STR(same, two_nodes[3][1]);
    g_autofree char *nowhere = lathe_drawing_move_cpus(answers, 0, 1, 2);
    CHECK(nowhere == NULL);
    lathe_answers_free(answers);
}

static void moving_devices(void)
{
    static const char *const ports[][2] = {
        {"devices", "pcie-root-port,id=rp1,chassis=1\nnvme,addr=5,serial=x\npcie-root-port,id=rp2"},
        {NULL, NULL},
    };
    struct lathe_answers *answers = answers_of(ports);
    g_autofree char *there = lathe_drawing_move_device(answers, 1, 0);

    CHECK_STR(there,
              "pcie-root-port,id=rp1,chassis=1\nnvme,serial=x,bus=rp1\npcie-root-port,id=rp2");
    g_autofree char *later = lathe_drawing_move_device(answers, 1, 2);
    CHECK(later == NULL); /* it stands before that port */
    g_autofree char *behind = lathe_drawing_move_device(answers, 2, 1);
    CHECK(behind == NULL); /* an NVMe has no bus */
    lathe_answers_free(answers);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"text_of_boxes", text_of_boxes},
        {"text_of_ascii", text_of_ascii},
        {"text_of_none", text_of_none},
        {"text_of_many", text_of_many},
        {"moving_cpus", moving_cpus},
        {"moving_devices", moving_devices},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
