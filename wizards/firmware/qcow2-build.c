/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small qcow2 image in one go (QEMU's docs/interop/qcow2.txt, version 3): header, one cluster of
 * refcount table, refcount blocks, L1, L2 tables, data. Clusters of zeroes are left out.
 */
#include "wizards/firmware/store-file.h"

#define CLUSTER_BITS     12u
#define CLUSTER          (1u << CLUSTER_BITS)
#define TABLE_ENTRIES    (CLUSTER / 8) /* of an L2 table, the L1 cluster, the refcount table */
#define REFCOUNT_ENTRIES (CLUSTER / 2) /* 16 bits each */
#define HEADER_LENGTH    104u
#define QCOW2_COPIED     (G_GUINT64_CONSTANT(1) << 63) /* its refcount is 1 */

struct qcow2_plan {
    struct lathe_bytes disk;
    guint clusters, used; /* of the disk; those with data */
    guint blocks, l1, l2; /* refcount blocks; where L1 begins; L2 tables */
    guint l1_clusters;
    guint total;
};

static void put_be(guint8 *at, guint64 value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (guint8)(value >> 8 * (size - 1 - i));
}

static struct lathe_bytes plan_cluster(const struct qcow2_plan *plan, guint index)
{
    gsize at = (gsize)index * CLUSTER;

    return (struct lathe_bytes){plan->disk.data + at, MIN(CLUSTER, plan->disk.size - at)};
}

static struct qcow2_plan plan_make(struct lathe_bytes disk)
{
    struct qcow2_plan plan = {.disk = disk};

    plan.clusters = (guint)((disk.size + CLUSTER - 1) / CLUSTER);
    for (guint i = 0; i < plan.clusters; i++)
        plan.used += !lathe_bytes_are(plan_cluster(&plan, i), 0);
    plan.l2 = (plan.clusters + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
    plan.l1_clusters = (plan.l2 + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
    guint others = 2 + plan.l1_clusters + plan.l2 + plan.used;
    /* Refcount blocks count themselves, too. */
    do {
        plan.total = others + ++plan.blocks;
    } while (plan.blocks * REFCOUNT_ENTRIES < plan.total);
    plan.l1 = 2 + plan.blocks;
    return plan;
}

static void plan_put_header(const struct qcow2_plan *plan, guint8 *out)
{
    memcpy(out, "QFI\xfb", 4);
    put_be(out + 4, 3, 4);
    put_be(out + 20, CLUSTER_BITS, 4);
    put_be(out + 24, plan->disk.size, 8);
    put_be(out + 36, plan->l2, 4); /* entries of L1 */
    put_be(out + 40, (guint64)plan->l1 * CLUSTER, 8);
    put_be(out + 48, CLUSTER, 8); /* the refcount table */
    put_be(out + 56, 1, 4);
    put_be(out + 96, 4, 4); /* refcounts of 1 << 4 bits */
    put_be(out + 100, HEADER_LENGTH, 4);
}

static void plan_put_refcounts(const struct qcow2_plan *plan, guint8 *out)
{
    for (guint i = 0; i < plan->blocks; i++)
        put_be(out + CLUSTER + 8 * i, (guint64)(2 + i) * CLUSTER, 8);
    for (guint i = 0; i < plan->total; i++)
        put_be(out + 2 * CLUSTER + 2 * i, 1, 2);
}

static void plan_put_data(const struct qcow2_plan *plan, guint8 *out)
{
    guint first_l2 = plan->l1 + plan->l1_clusters, next = first_l2 + plan->l2;

    for (guint i = 0; i < plan->l2; i++)
        put_be(out + (gsize)plan->l1 * CLUSTER + 8 * i,
               (guint64)(first_l2 + i) * CLUSTER | QCOW2_COPIED, 8);
    for (guint i = 0; i < plan->clusters; i++) {
        struct lathe_bytes data = plan_cluster(plan, i);
        if (lathe_bytes_are(data, 0))
            continue;
        put_be(out + (gsize)first_l2 * CLUSTER + 8 * (gsize)i,
               (guint64)next * CLUSTER | QCOW2_COPIED, 8);
        memcpy(out + (gsize)next++ * CLUSTER, data.data, data.size);
    }
}

GBytes *lathe_qcow2_build(struct lathe_bytes disk)
{
    struct qcow2_plan plan = plan_make(disk);
    gsize size = (gsize)plan.total * CLUSTER;
    guint8 *out = g_malloc0(size);

    plan_put_header(&plan, out);
    plan_put_refcounts(&plan, out);
    plan_put_data(&plan, out);
    return g_bytes_new_take(out, size);
}
