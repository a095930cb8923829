/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Double arithmetic, mostly scalar, with square roots and divisions: five bodies under gravity,
 * symplectic Euler steps. The checksum is the bits of the final positions: all arithmetic is IEEE
 * 754.
 */
#include <math.h>
#include <string.h>

#include "tests/bench/harness.h"

enum { BODIES = 5, STEPS = 300000 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static void place(struct body *bodies)
{
    uint64_t random = 42;

    memset(bodies, 0, BODIES * sizeof(*bodies));
    bodies[0].mass = 40;
    for (unsigned i = 1; i < BODIES; i++) {
        struct body *body = &bodies[i];
        body->x = 4.0 * i;
        body->y = (harness_random(&random) & 0xff) / 512.0;
        body->z = (harness_random(&random) & 0xff) / 1024.0;
        body->vy = 6.0 / sqrt(4.0 * i);
        body->vz = 0.125 * (i & 1);
        body->mass = 0.03125 / i;
    }
}

static void attract(struct body *a, struct body *b, double dt)
{
    double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
    double square = dx * dx + dy * dy + dz * dz;
    double pull = dt / (square * sqrt(square));

    a->vx -= dx * b->mass * pull;
    a->vy -= dy * b->mass * pull;
    a->vz -= dz * b->mass * pull;
    b->vx += dx * a->mass * pull;
    b->vy += dy * a->mass * pull;
    b->vz += dz * a->mass * pull;
}

static void step(struct body *bodies, double dt)
{
    for (unsigned i = 0; i < BODIES; i++)
        for (unsigned j = i + 1; j < BODIES; j++)
            attract(&bodies[i], &bodies[j], dt);
    for (unsigned i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

uint64_t unit(void)
{
    struct body bodies[BODIES];
    uint64_t sum = 0, bits;

    place(bodies);
    for (unsigned i = 0; i < STEPS; i++)
        step(bodies, 0.001);
    for (unsigned i = 0; i < BODIES; i++) {
        memcpy(&bits, &bodies[i].x, sizeof(bits));
        sum = harness_mix(sum, bits);
        memcpy(&bits, &bodies[i].y, sizeof(bits));
        sum = harness_mix(sum, bits);
    }
    return sum;
}
