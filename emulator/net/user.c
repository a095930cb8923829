/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user-mode network (api/net.h) on libslirp. All of libslirp is called with the lock held, most
 * of it on a thread of its own, which polls the sockets; frames from the guest wait in a ring for
 * that thread. libslirp's time is the machine's. SMB is left out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <slirp/libslirp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "emulator/api/net.h"
#include "emulator/net/boot.h"
#include "emulator/net/frames.h"
#include "emulator/net/pcap.h"
#include "emulator/util/thread.h"

#define USER_RING     (2u << 20) /* bytes from the guest that wait at most */
#define USER_ROUND    256        /* frames from the guest between two polls */
#define USER_TIMERS   4          /* libslirp has one */
#define USER_NEVER    INT64_MAX  /* a timer that is not armed */
#define USER_NS_IN_MS 1000000    /* libslirp's timers are in milliseconds */
#define USER_HTTP     80         /* the boot service's port */

struct user_timer {
    SlirpTimerCb fn;
    void *opaque;
    int64_t deadline; /* ms of machine time */
};

struct user_net {
    pthread_mutex_t lock; /* slirp, timers, polls */
    Slirp *slirp;
    struct user_timer timers[USER_TIMERS];
    unsigned timer_count;
    struct pollfd *polls; /* the first one is wake's */
    unsigned poll_count, poll_room;
    bool more; /* frames wait that were not taken in this round */

    struct emu_netboot_service *boot; /* NULL: none */
    emu_ns boot_due;                  /* machine time; UINT64_MAX: never */
    struct emu_pcap *pcap;            /* NULL: no record */

    struct emu_net_forward *udp; /* forwards of datagrams */
    unsigned udp_count;

    struct emu_net *_Atomic net; /* NULL before the machine is made */
    pthread_t thread;
    bool started;
    int wake; /* eventfd */

    pthread_mutex_t ring_lock;
    struct emu_frames frames; /* from the guest */
    bool woken;
    bool quit;
};

/* ---- what libslirp calls; lock held ---- */

static ssize_t user_send_packet(const void *frame, size_t length, void *opaque)
{
    struct user_net *user = opaque;
    struct emu_net *net = atomic_load(&user->net);

    emu_pcap_add(user->pcap, frame, length);
    if (net != NULL)
        emu_net_input_later(net, frame, length); /* what does not fit is lost, as on a wire */
    return (ssize_t)length;
}

/* The guest does something that its own network will tell it of. */
static void user_guest_error(const char *message, void *opaque)
{
}

static int64_t user_now(void *opaque)
{
    struct user_net *user = opaque;
    struct emu_net *net = atomic_load(&user->net);

    return net != NULL ? (int64_t)emu_net_now(net) : 0;
}

static void *user_timer_new(SlirpTimerCb fn, void *fn_opaque, void *opaque)
{
    struct user_net *user = opaque;
    struct user_timer *timer;

    if (user->timer_count == USER_TIMERS)
        return NULL;
    timer = &user->timers[user->timer_count++];
    *timer = (struct user_timer){fn, fn_opaque, USER_NEVER};
    return timer;
}

static void user_timer_free(void *timer, void *opaque)
{
    if (timer != NULL)
        ((struct user_timer *)timer)->deadline = USER_NEVER;
}

static void user_timer_mod(void *timer, int64_t deadline, void *opaque)
{
    if (timer != NULL)
        ((struct user_timer *)timer)->deadline = deadline;
}

/* The set of sockets is asked for before each poll. */
static void user_poll_fd(int fd, void *opaque)
{
}

static void user_wake(struct user_net *user)
{
    uint64_t one = 1;
    ssize_t written = write(user->wake, &one, sizeof(one));

    (void)written; /* a full counter has woken it already */
}

static void user_notify(void *opaque)
{
    user_wake(opaque);
}

static const SlirpCb user_callbacks = {
    .send_packet = user_send_packet,
    .guest_error = user_guest_error,
    .clock_get_ns = user_now,
    .timer_new = user_timer_new,
    .timer_free = user_timer_free,
    .timer_mod = user_timer_mod,
    .register_poll_fd = user_poll_fd,
    .unregister_poll_fd = user_poll_fd,
    .notify = user_notify,
};

/* ---- polling ---- */

static bool user_reserve_poll(struct user_net *user)
{
    unsigned room = user->poll_room != 0 ? 2 * user->poll_room : 32;
    struct pollfd *polls;

    if (user->poll_count < user->poll_room)
        return true;
    polls = realloc(user->polls, room * sizeof(*polls));
    if (polls == NULL)
        return false;
    user->polls = polls;
    user->poll_room = room;
    return true;
}

static int user_add_poll(int fd, int events, void *opaque)
{
    struct user_net *user = opaque;
    short wanted = 0;

    if (!user_reserve_poll(user))
        return -1;
    if (events & SLIRP_POLL_IN)
        wanted |= POLLIN;
    if (events & SLIRP_POLL_OUT)
        wanted |= POLLOUT;
    if (events & SLIRP_POLL_PRI)
        wanted |= POLLPRI;
    user->polls[user->poll_count] = (struct pollfd){.fd = fd, .events = wanted};
    return (int)user->poll_count++;
}

static int user_get_revents(int index, void *opaque)
{
    struct user_net *user = opaque;
    short seen = index > 0 ? user->polls[index].revents : 0;
    int events = 0;

    if (seen & POLLIN)
        events |= SLIRP_POLL_IN;
    if (seen & POLLOUT)
        events |= SLIRP_POLL_OUT;
    if (seen & POLLPRI)
        events |= SLIRP_POLL_PRI;
    if (seen & POLLERR)
        events |= SLIRP_POLL_ERR;
    if (seen & POLLHUP)
        events |= SLIRP_POLL_HUP;
    return events;
}

/* At least one, as the boot service's time is finer. */
static uint32_t user_until(emu_ns due, emu_ns now)
{
    return due > now ? (uint32_t)(due - now) : 1;
}

/* Host milliseconds until the next timer's; machine time goes at the same pace or stands still. */
static uint32_t user_timeout(struct user_net *user, uint32_t timeout)
{
    int64_t now = user_now(user) / USER_NS_IN_MS;

    for (unsigned i = 0; i < user->timer_count; i++) {
        int64_t left = user->timers[i].deadline - now;

        if (user->timers[i].deadline != USER_NEVER && left < (int64_t)timeout)
            timeout = left > 0 ? (uint32_t)left : 0;
    }
    if (user->boot_due / USER_NS_IN_MS < (emu_ns)now + timeout)
        timeout = user_until(user->boot_due / USER_NS_IN_MS, (emu_ns)now);
    return timeout;
}

static void user_run_timers(struct user_net *user)
{
    int64_t now = user_now(user) / USER_NS_IN_MS;

    for (unsigned i = 0; i < user->timer_count; i++) {
        struct user_timer *timer = &user->timers[i];

        if (timer->deadline <= now) {
            timer->deadline = USER_NEVER;
            timer->fn(timer->opaque);
        }
    }
}

/* Returns the timeout for poll; -1: forever. */
static int user_fill_polls(struct user_net *user)
{
    uint32_t timeout = UINT32_MAX;

    user->poll_count = 0;
    if (user_add_poll(user->wake, SLIRP_POLL_IN, user) < 0)
        return 0;
    slirp_pollfds_fill(user->slirp, &timeout, user_add_poll, user);
    timeout = user->more ? 0 : user_timeout(user, timeout);
    return timeout > INT32_MAX ? -1 : (int)timeout;
}

/* ---- frames from the guest ---- */

static const uint8_t *user_first(struct user_net *user, size_t *length)
{
    const uint8_t *frame;

    pthread_mutex_lock(&user->ring_lock);
    frame = emu_frames_first(&user->frames, length);
    user->woken &= frame != NULL;
    pthread_mutex_unlock(&user->ring_lock);
    return frame;
}

/* The boot service's own, or libslirp's. */
static void user_input_frame(struct user_net *user, const uint8_t *frame, size_t length)
{
    emu_pcap_add(user->pcap, frame, length);
    if (user->boot == NULL || !emu_netboot_input(user->boot, frame, length))
        slirp_input(user->slirp, frame, (int)length);
}

/* Not all at once, so that a guest that never stops sending does not keep its sockets waiting. */
static void user_input_frames(struct user_net *user)
{
    const uint8_t *frame = NULL;
    size_t length;

    for (unsigned i = 0; i < USER_ROUND && (frame = user_first(user, &length)) != NULL; i++) {
        user_input_frame(user, frame, length);
        pthread_mutex_lock(&user->ring_lock);
        emu_frames_drop(&user->frames);
        pthread_mutex_unlock(&user->ring_lock);
    }
    user->more = frame != NULL;
}

static void user_send(void *opaque, const uint8_t *frame, size_t length)
{
    struct user_net *user = opaque;
    bool wake;

    pthread_mutex_lock(&user->ring_lock);
    emu_frames_put(&user->frames, frame, length);
    wake = !user->woken;
    user->woken = true;
    pthread_mutex_unlock(&user->ring_lock);
    if (wake)
        user_wake(user);
}

/* ---- the thread ---- */

static bool user_quits(struct user_net *user)
{
    bool quit;

    pthread_mutex_lock(&user->ring_lock);
    quit = user->quit;
    pthread_mutex_unlock(&user->ring_lock);
    return quit;
}

static void user_drain_wake(struct user_net *user)
{
    uint64_t count;
    ssize_t got;

    if (user->poll_count == 0 || !(user->polls[0].revents & POLLIN))
        return;
    got = read(user->wake, &count, sizeof(count));
    (void)got; /* it was readable */
}

/* What libslirp has to say goes to the guest. Lock held. */
static void user_flush(struct user_net *user)
{
    struct emu_net *net = atomic_load(&user->net);

    if (net != NULL)
        emu_net_input_now(net);
    emu_pcap_flush(user->pcap);
}

/* Frames that come meanwhile wake poll: the counter was read before the ring is looked at. */
static void *user_thread(void *opaque)
{
    struct user_net *user = opaque;

    while (!user_quits(user)) {
        int timeout, count;

        pthread_mutex_lock(&user->lock);
        timeout = user_fill_polls(user);
        pthread_mutex_unlock(&user->lock);
        count = poll(user->polls, user->poll_count, timeout);
        user_drain_wake(user);
        pthread_mutex_lock(&user->lock);
        slirp_pollfds_poll(user->slirp, count < 0, user_get_revents, user);
        user_run_timers(user);
        user_input_frames(user);
        user->boot_due = user->boot != NULL ? emu_netboot_tick(user->boot) : UINT64_MAX;
        user_flush(user);
        pthread_mutex_unlock(&user->lock);
    }
    return NULL;
}

/* A thread that cannot be made leaves a cable with nothing at its end. */
static void user_open(void *opaque, struct emu_net *net)
{
    struct user_net *user = opaque;

    atomic_store(&user->net, net);
    user->started = emu_thread_create(&user->thread, "network", user_thread, user) == 0;
}

static void user_free(struct user_net *user)
{
    if (user->slirp != NULL)
        slirp_cleanup(user->slirp);
    emu_netboot_free(user->boot);
    emu_pcap_close(user->pcap);
    if (user->wake >= 0)
        close(user->wake);
    emu_frames_finish(&user->frames);
    free(user->udp);
    free(user->polls);
    pthread_mutex_destroy(&user->ring_lock);
    pthread_mutex_destroy(&user->lock);
    free(user);
}

static void user_close(void *opaque)
{
    struct user_net *user = opaque;

    pthread_mutex_lock(&user->ring_lock);
    user->quit = true;
    pthread_mutex_unlock(&user->ring_lock);
    if (user->started) {
        user_wake(user);
        pthread_join(user->thread, NULL);
    }
    user_free(user);
}

/* ---- forwards ---- */

union user_address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static socklen_t user_fill_address(union user_address *out, const struct emu_net_address *address)
{
    memset(out, 0, sizeof(*out));
    if (address->six) {
        out->six.sin6_family = AF_INET6;
        out->six.sin6_port = htons(address->port);
        memcpy(&out->six.sin6_addr, address->bytes, 16);
        return sizeof(out->six);
    }
    out->four.sin_family = AF_INET;
    out->four.sin_port = htons(address->port);
    memcpy(&out->four.sin_addr, address->bytes, 4);
    return sizeof(out->four);
}

static const char *user_protocol(const struct emu_net_forward *forward)
{
    return forward->protocol == EMU_NET_UDP ? "UDP" : "TCP";
}

static bool user_forward_failed(const struct emu_net_forward *forward, int error,
                                struct emu_error *err)
{
    const struct emu_net_address *host = &forward->host;
    char text[INET6_ADDRSTRLEN] = "";
    const char *why = strerror(error);

    inet_ntop(host->six ? AF_INET6 : AF_INET, host->bytes, text, sizeof(text));
    if (error == EADDRINUSE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s port %u is taken on %s: end the program that uses it, or forward "
                             "another port",
                             user_protocol(forward), host->port, text);
    if (error == EACCES)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s port %u on %s is only for root: forward a port from 1024 on",
                             user_protocol(forward), host->port, text);
    if (error == EADDRNOTAVAIL)
        why = "this host does not have the address";
    return emu_error_set(err, EMU_ERROR_INPUT, "cannot listen on %s port %u of %s: %s",
                         user_protocol(forward), host->port, text, why);
}

static int user_forward_flags(const struct emu_net_forward *forward)
{
    return (forward->protocol == EMU_NET_UDP ? SLIRP_HOSTFWD_UDP : 0) |
           (forward->host.six ? SLIRP_HOSTFWD_V6ONLY : 0);
}

/* ---- of datagrams ---- */

static bool user_is_any(const struct emu_net_address *address)
{
    static const uint8_t any[16];

    return memcmp(address->bytes, any, sizeof(any)) == 0;
}

/* The guest's end as libslirp has it: without an address its DHCP's. */
static bool user_same_guest(const struct emu_net_address *left, const struct emu_net_address *right)
{
    static const uint8_t leased[16] = {10, 0, 2, 15};

    return left->six == right->six && left->port == right->port &&
           memcmp(user_is_any(left) ? leased : left->bytes,
                  user_is_any(right) ? leased : right->bytes, 16) == 0;
}

/*
 * libslirp finds the forward that an answer belongs to by the guest's end alone, so there can only
 * be one; and it ends the process where a datagram comes by IPv6 and the guest's address is not
 * known. Lock held.
 */
static bool user_check_udp_locked(const struct user_net *user,
                                  const struct emu_net_forward *forward, struct emu_error *err)
{
    if (forward->guest.six && user_is_any(&forward->guest))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "a UDP forward by IPv6 needs the guest's address, as in "
                             "udp:[::1]:%u-[fec0::5054:ff:fe12:3456]:%u",
                             forward->host.port, forward->guest.port);
    for (unsigned i = 0; i < user->udp_count; i++) {
        if (user_same_guest(&user->udp[i].guest, &forward->guest))
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "UDP port %u of the guest has a forward already, from port %u: "
                                 "its answers go there",
                                 forward->guest.port, user->udp[i].host.port);
    }
    return true;
}

static bool user_note_udp_locked(struct user_net *user, const struct emu_net_forward *forward)
{
    struct emu_net_forward *udp = realloc(user->udp, (user->udp_count + 1) * sizeof(*udp));

    if (udp == NULL)
        return false;
    user->udp = udp;
    udp[user->udp_count++] = *forward;
    return true;
}

static void user_forget_udp_locked(struct user_net *user, const struct emu_net_address *host)
{
    for (unsigned i = 0; i < user->udp_count; i++) {
        const struct emu_net_address *other = &user->udp[i].host;

        if (other->six == host->six && other->port == host->port &&
            memcmp(other->bytes, host->bytes, sizeof(host->bytes)) == 0) {
            user->udp[i] = user->udp[--user->udp_count];
            return;
        }
    }
}

/* ---- of both kinds ---- */

/* Returns 0, or what libslirp's system call said. */
static int user_listen_locked(struct user_net *user, const struct emu_net_forward *forward)
{
    union user_address host, guest;
    socklen_t host_length = user_fill_address(&host, &forward->host);
    socklen_t guest_length = user_fill_address(&guest, &forward->guest);

    if (forward->protocol == EMU_NET_UDP && !user_note_udp_locked(user, forward))
        return ENOMEM;
    errno = 0;
    if (slirp_add_hostxfwd(user->slirp, &host.any, host_length, &guest.any, guest_length,
                           user_forward_flags(forward)) == 0)
        return 0;
    if (forward->protocol == EMU_NET_UDP)
        user->udp_count--;
    return errno != 0 ? errno : EINVAL;
}

static bool user_add_forward(void *opaque, const struct emu_net_forward *forward,
                             struct emu_error *err)
{
    struct user_net *user = opaque;
    bool good;
    int error = 0;

    pthread_mutex_lock(&user->lock);
    good = forward->protocol != EMU_NET_UDP || user_check_udp_locked(user, forward, err);
    if (good)
        error = user_listen_locked(user, forward);
    pthread_mutex_unlock(&user->lock);
    user_wake(user);
    return good && (error == 0 || user_forward_failed(forward, error, err));
}

static bool user_remove_forward(void *opaque, const struct emu_net_forward *forward,
                                struct emu_error *err)
{
    union user_address host;
    socklen_t length = user_fill_address(&host, &forward->host);
    struct user_net *user = opaque;
    int status;

    pthread_mutex_lock(&user->lock);
    status = slirp_remove_hostxfwd(user->slirp, &host.any, length, user_forward_flags(forward));
    if (status == 0 && forward->protocol == EMU_NET_UDP)
        user_forget_udp_locked(user, &forward->host);
    pthread_mutex_unlock(&user->lock);
    user_wake(user);
    return status == 0 ||
           emu_error_set(err, EMU_ERROR_INPUT, "%s port %u of the host is not forwarded",
                         user_protocol(forward), forward->host.port);
}

static const struct emu_net_ops user_ops = {
    .name = "user",
    .large = true,
    .open = user_open,
    .send = user_send,
    .add_forward = user_add_forward,
    .remove_forward = user_remove_forward,
    .close = user_close,
};

/* ---- making one ---- */

static struct in_addr user_ip4(uint8_t last)
{
    return (struct in_addr){htonl(10u << 24 | 2u << 8 | last)};
}

static struct in6_addr user_ip6(uint8_t last)
{
    struct in6_addr address = {.s6_addr = {0xfe, 0xc0}};

    address.s6_addr[15] = last;
    return address;
}

static Slirp *user_make_slirp(struct user_net *user)
{
    const SlirpConfig config = {
        .version = 1, /* all that is used here */
        .in_enabled = true,
        .vnetwork = user_ip4(0),
        .vnetmask = {htonl(0xffffff00)},
        .vhost = user_ip4(2),
        .vdhcp_start = user_ip4(15),
        .vnameserver = user_ip4(3),
        .in6_enabled = true,
        .vprefix_addr6 = user_ip6(0),
        .vprefix_len = 64,
        .vhost6 = user_ip6(2),
        .vnameserver6 = user_ip6(3),
        .vhostname = "lathe",
    };

    return slirp_new(&config, &user_callbacks, user);
}

static struct user_net *user_new(struct emu_error *err)
{
    struct user_net *user = calloc(1, sizeof(*user));

    if (user == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&user->lock, NULL);
    pthread_mutex_init(&user->ring_lock, NULL);
    user->boot_due = UINT64_MAX;
    user->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (user->wake >= 0 && emu_frames_init(&user->frames, USER_RING))
        user->slirp = user_make_slirp(user);
    if (user->slirp != NULL)
        return user;
    emu_error_set(err, EMU_ERROR_HOST, "cannot make a user-mode network: %s",
                  user->wake < 0 ? strerror(errno) : "libslirp refused");
    user_free(user);
    return NULL;
}

static void user_boot_send(void *opaque, const uint8_t *frame, size_t length)
{
    user_send_packet(frame, length, opaque);
}

static emu_ns user_boot_now(void *opaque)
{
    return (emu_ns)user_now(opaque);
}

/* Its HTTP has an address that libslirp leads to a socket of this process. */
static bool user_add_boot(struct user_net *user, const struct emu_netboot *config,
                          struct emu_error *err)
{
    const struct emu_netboot_host host = {user_boot_send, user_boot_now, user};
    struct in_addr address = user_ip4(4);

    if (config == NULL)
        return true;
    user->boot = emu_netboot_new(config, &host, err);
    if (user->boot == NULL)
        return false;
    return slirp_add_unix(user->slirp, emu_netboot_http(user->boot), &address, USER_HTTP) == 0 ||
           emu_error_set(err, EMU_ERROR_HOST, "libslirp refused the boot service");
}

static bool user_add_pcap(struct user_net *user, const char *path, struct emu_error *err)
{
    if (path != NULL)
        user->pcap = emu_pcap_open(path, EMU_NET_PCAP_MAX, err);
    return path == NULL || user->pcap != NULL;
}

static bool user_add_all(struct user_net *user, const struct emu_net_user_config *config,
                         struct emu_error *err)
{
    if (!user_add_boot(user, config->boot, err) || !user_add_pcap(user, config->pcap, err))
        return false;
    for (unsigned i = 0; i < config->forward_count; i++)
        if (!user_add_forward(user, &config->forwards[i], err))
            return false;
    return true;
}

bool emu_net_user(const struct emu_net_user_config *config, struct emu_net_backend *out,
                  struct emu_error *err)
{
    struct user_net *user = user_new(err);

    if (user == NULL)
        return false;
    if (!user_add_all(user, config, err)) {
        user_free(user);
        return false;
    }
    *out = (struct emu_net_backend){&user_ops, user};
    return true;
}
