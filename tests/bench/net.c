/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net PORT MIB: the benchmark guest's TCP to a server of the host, in both directions, with the
 * modules that /modules/order names. Prints "net-end: fetch|send ns N" for each.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char piece[64 << 10];

static void fail(const char *what)
{
    printf("bench-failed: net: %s\n", what);
    exit(1);
}

static void load_modules(void)
{
    FILE *order = fopen("/modules/order", "r");
    char name[64], path[96];

    while (order && fscanf(order, "%63s", name) == 1) {
        snprintf(path, sizeof(path), "/modules/%s.ko", name);
        if (syscall(SYS_finit_module, open(path, O_RDONLY), "", 0) != 0)
            fail(path);
    }
}

static void set_address(int sock, unsigned long request, struct ifreq *ifr, const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    inet_pton(AF_INET, text, &address.sin_addr);
    memcpy(&ifr->ifr_addr, &address, sizeof(address));
    if (ioctl(sock, request, ifr) != 0)
        fail("no address");
}

static void start_network(void)
{
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq ifr = {.ifr_name = "eth0"};

    set_address(sock, SIOCSIFADDR, &ifr, "10.0.2.15");
    set_address(sock, SIOCSIFNETMASK, &ifr, "255.255.255.0");
    ifr.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(sock, SIOCSIFFLAGS, &ifr) != 0)
        fail("the adapter does not start");
    close(sock);
}

/* An adapter's cable may take a moment. */
static int connect_host(int port)
{
    struct sockaddr_in host = {.sin_family = AF_INET};
    int sock = socket(AF_INET, SOCK_STREAM, 0);

    host.sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, "10.0.2.2", &host.sin_addr);
    if (connect(sock, (struct sockaddr *)&host, sizeof(host)) != 0)
        fail("no connection");
    return sock;
}

static void fetch(int sock, size_t left)
{
    ssize_t got;

    while (left != 0 && (got = read(sock, piece, sizeof(piece))) > 0)
        left -= (size_t)got;
    if (left != 0)
        fail("the host sends too little");
}

/* All has come when the host answers. */
static void send_all(int sock, size_t left)
{
    ssize_t put = 0;

    for (; left != 0; left -= (size_t)put) {
        put = write(sock, piece, left < sizeof(piece) ? left : sizeof(piece));
        if (put <= 0)
            fail("the host takes too little");
    }
    if (read(sock, piece, 1) != 1)
        fail("the host does not answer");
}

static void measure(int port, const char *word, size_t mib, void (*transfer)(int, size_t))
{
    struct timespec begin, end;
    int sock = connect_host(port);
    char line[64];
    int length = snprintf(line, sizeof(line), "%s %zu\n", word, mib);

    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (write(sock, line, (size_t)length) != length)
        fail("the host takes nothing");
    transfer(sock, mib << 20);
    clock_gettime(CLOCK_MONOTONIC, &end);
    close(sock);
    printf("net-end: %s ns %lld\n", word,
           (end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec);
}

int main(int argc, char **argv)
{
    int port = argc == 3 ? atoi(argv[1]) : 0;
    size_t mib = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    load_modules();
    start_network();
    measure(port, "fetch", 1, fetch); /* both ends are awake then */
    measure(port, "fetch", mib, fetch);
    measure(port, "send", mib, send_all);
    return 0;
}
