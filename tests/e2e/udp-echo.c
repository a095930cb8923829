/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * udp-echo PORT: sends each datagram back to where it came from, by IPv6 and IPv4. For guests,
 * whose busybox has no such server.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    static char data[65536];
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    int sock = socket(AF_INET6, SOCK_DGRAM, 0);

    address.sin6_port = htons((uint16_t)atoi(argc == 2 ? argv[1] : "7"));
    if (sock < 0 || bind(sock, (struct sockaddr *)&address, sizeof(address)) != 0)
        return 1;
    for (;;) {
        struct sockaddr_in6 peer;
        socklen_t size = sizeof(peer);
        ssize_t got = recvfrom(sock, data, sizeof(data), 0, (struct sockaddr *)&peer, &size);

        if (got >= 0 && sendto(sock, data, (size_t)got, 0, (struct sockaddr *)&peer, size) < 0)
            continue; /* a datagram may be lost */
    }
}
