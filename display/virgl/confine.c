/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Landlock for files, seccomp for system calls, namespaces so far as the host lets users have
 * them. Landlock's structures are here, as those of the oldest headers lack what is new.
 */
#include "display/virgl/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files ---- */

struct confine_ruleset {
    uint64_t files, network, scopes;
};

#define CONFINE_FILES_1 0x1fffu /* all rights of the first version, */
#define CONFINE_REFER   (1u << 13)
#define CONFINE_CUT     (1u << 14)
#define CONFINE_NETWORK 3u /* bind and connect, from version 4 on */
#define CONFINE_SCOPES  3u /* abstract sockets and signals, from version 6 on */
#define CONFINE_READ    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define CONFINE_WRITE   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define CONFINE_RUN     (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)

struct confine_place {
    const char *path;
    uint64_t rights;
};

/* A driver is a library with descriptions in /etc or /usr/share; the loader is what starts
 * programs. */
static const struct confine_place confine_places[] = {
    {"/usr", CONFINE_READ},
    {"/lib", CONFINE_READ},
    {"/lib64", CONFINE_READ},
    {"/lib32", CONFINE_READ},
    {"/opt", CONFINE_READ},
    {"/nix", CONFINE_READ | LANDLOCK_ACCESS_FS_EXECUTE},
    {"/gnu", CONFINE_READ | LANDLOCK_ACCESS_FS_EXECUTE},
    {"/run/opengl-driver", CONFINE_READ},
    {"/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/etc/vulkan", CONFINE_READ},
    {"/etc/glvnd", CONFINE_READ},
    {"/etc/drirc", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/etc/nvidia", CONFINE_READ},
    {"/sys", CONFINE_READ},
    {"/proc", CONFINE_READ},
    {"/dev", LANDLOCK_ACCESS_FS_READ_DIR},
    {"/dev/null", CONFINE_WRITE},
    {"/dev/zero", CONFINE_WRITE},
    {"/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/dev/random", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/dev/dri", CONFINE_WRITE | LANDLOCK_ACCESS_FS_READ_DIR},
    {"/dev/udmabuf", CONFINE_WRITE},
    {"/dev/dma_heap", CONFINE_WRITE | LANDLOCK_ACCESS_FS_READ_DIR},
    {"/dev/kfd", CONFINE_WRITE},
    {"/dev/mali0", CONFINE_WRITE},
    {"/dev/nvidiactl", CONFINE_WRITE},
    {"/dev/nvidia-modeset", CONFINE_WRITE},
    {"/dev/nvidia-uvm", CONFINE_WRITE},
    {"/dev/nvidia0", CONFINE_WRITE},
    {"/dev/nvidia1", CONFINE_WRITE},
    {"/dev/nvidia2", CONFINE_WRITE},
    {"/dev/nvidia3", CONFINE_WRITE},
    {"/lib64/ld-linux-x86-64.so.2", CONFINE_RUN},
    {"/lib/ld-linux-aarch64.so.1", CONFINE_RUN},
};

/* A place that the host does not have is no matter. */
static void confine_allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};

    if (rule.parent_fd < 0)
        return;
    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
}

static bool confine_files(const char *program)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct confine_ruleset wanted = {
        .files =
            CONFINE_FILES_1 | (version >= 2 ? CONFINE_REFER : 0) | (version >= 3 ? CONFINE_CUT : 0),
        .network = version >= 4 ? CONFINE_NETWORK : 0,
        .scopes = version >= 6 ? CONFINE_SCOPES : 0,
    };
    size_t size = version >= 6   ? sizeof(wanted)
                  : version >= 4 ? offsetof(struct confine_ruleset, scopes)
                                 : offsetof(struct confine_ruleset, network);
    bool done;
    int rules;

    if (version < 1)
        return errno == ENOSYS || errno == EOPNOTSUPP;
    rules = (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (rules < 0)
        return false;
    for (size_t i = 0; i < sizeof(confine_places) / sizeof(*confine_places); i++)
        confine_allow(rules, confine_places[i].path, confine_places[i].rights);
    confine_allow(rules, program, CONFINE_RUN);
    done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return done;
}

/* ---- system calls ---- */

#if defined(__x86_64__)
#define CONFINE_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CONFINE_MACHINE AUDIT_ARCH_AARCH64
#endif
#define CONFINE_X32 0x40000000u /* the other numbers of the same machine */

#define CONFINE_LOAD(at)  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define CONFINE_END(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define CONFINE_REFUSE(number, error)                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), CONFINE_END(SECCOMP_RET_ERRNO | (error))
#define CONFINE_SPACES                                                                             \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)

/* Its sockets come in pairs and by those that it has. clone3's flags cannot be looked at: without
 * it glibc takes clone. */
static const struct sock_filter confine_calls[] = {
    CONFINE_LOAD(offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONFINE_MACHINE, 1, 0),
    CONFINE_END(SECCOMP_RET_KILL_PROCESS),
    CONFINE_LOAD(offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, CONFINE_X32, 0, 1),
    CONFINE_END(SECCOMP_RET_ERRNO | ENOSYS),
    CONFINE_REFUSE(SYS_clone3, ENOSYS),
    CONFINE_REFUSE(SYS_socket, EACCES),
    CONFINE_REFUSE(SYS_connect, EACCES),
    CONFINE_REFUSE(SYS_bind, EACCES),
    CONFINE_REFUSE(SYS_listen, EACCES),
    CONFINE_REFUSE(SYS_accept, EACCES),
    CONFINE_REFUSE(SYS_accept4, EACCES),
    CONFINE_REFUSE(SYS_ptrace, EPERM),
    CONFINE_REFUSE(SYS_process_vm_readv, EPERM),
    CONFINE_REFUSE(SYS_process_vm_writev, EPERM),
    CONFINE_REFUSE(SYS_pidfd_getfd, EPERM),
    CONFINE_REFUSE(SYS_keyctl, EPERM),
    CONFINE_REFUSE(SYS_add_key, EPERM),
    CONFINE_REFUSE(SYS_request_key, EPERM),
    CONFINE_REFUSE(SYS_bpf, EPERM),
    CONFINE_REFUSE(SYS_perf_event_open, EPERM),
    CONFINE_REFUSE(SYS_userfaultfd, EPERM),
    CONFINE_REFUSE(SYS_io_uring_setup, EPERM),
    CONFINE_REFUSE(SYS_unshare, EPERM),
    CONFINE_REFUSE(SYS_setns, EPERM),
    CONFINE_REFUSE(SYS_mount, EPERM),
    CONFINE_REFUSE(SYS_umount2, EPERM),
    CONFINE_REFUSE(SYS_pivot_root, EPERM),
    CONFINE_REFUSE(SYS_chroot, EPERM),
    CONFINE_REFUSE(SYS_open_tree, EPERM),
    CONFINE_REFUSE(SYS_move_mount, EPERM),
    CONFINE_REFUSE(SYS_fsopen, EPERM),
    CONFINE_REFUSE(SYS_open_by_handle_at, EPERM),
    CONFINE_REFUSE(SYS_fanotify_init, EPERM),
    CONFINE_REFUSE(SYS_personality, EPERM),
    CONFINE_REFUSE(SYS_setsid, EPERM), /* or it could stay when it is to end */
    CONFINE_REFUSE(SYS_setpgid, EPERM),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
    CONFINE_LOAD(offsetof(struct seccomp_data, args)),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CONFINE_SPACES, 0, 1),
    CONFINE_END(SECCOMP_RET_ERRNO | EPERM),
    CONFINE_END(SECCOMP_RET_ALLOW),
};

static bool confine_system_calls(void)
{
    const struct sock_fprog program = {sizeof(confine_calls) / sizeof(*confine_calls),
                                       (struct sock_filter *)confine_calls};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- the rest ---- */

/* If memory runs out, this goes before the machine. */
static void confine_offer_to_oom(void)
{
    static const char score[] = "500";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, score, sizeof(score) - 1) < 0)
        errno = 0; /* it stays as it was */
    close(fd);
}

bool disp_confine(const char *program)
{
    const struct rlimit none = {0, 0};

    confine_offer_to_oom();
    setrlimit(RLIMIT_CORE, &none);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        errno = 0; /* some hosts forbid it */
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && confine_files(program) &&
           confine_system_calls();
}
