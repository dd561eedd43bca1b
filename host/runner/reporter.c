/*
 * The crash reporter: see reporter.h. Everything below handle() must be async-signal-safe:
 * static buffers, no locale, no stdio.
 */
#include "config.h"

#include "runner/reporter.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "runner/syscalls.h"
#include "runner/wire.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#define MODULES_MAX     64
#define STACK_SIZE      (64 * 1024)
#define REPORT_LINE_MAX 512
#define STACK_SEARCH    8192

extern void *__libc_stack_end;

struct module {
    uintptr_t base;
    uintptr_t begin; /* of its loaded segments */
    uintptr_t end;
    char name[96];
};

static struct {
    int socket;
    uint32_t generation;
    uint32_t modules;
    const struct module *plugin; /* NULL until it is loaded */
    struct module module[MODULES_MAX];
} reporter = { .socket = -1 };

struct line {
    char text[REPORT_LINE_MAX];
    size_t length;
};

static void put_text(struct line *line, const char *text)
{
    while (*text && line->length < REPORT_LINE_MAX - 1)
        line->text[line->length++] = *text++;
    line->text[line->length] = '\0';
}

static void put_number(struct line *line, uint64_t number, uint32_t base)
{
    char digits[24];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number && at > 0);
    put_text(line, digits + at);
}

static const char *signal_word(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGBUS:
        return "SIGBUS";
    case SIGILL:
        return "SIGILL";
    case SIGFPE:
        return "SIGFPE";
    case SIGABRT:
        return "SIGABRT";
    case SIGSYS:
        return "SIGSYS";
    default:
        return "signal";
    }
}

static uintptr_t instruction_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

static const struct module *module_of(uintptr_t address)
{
    for (uint32_t i = 0; i < reporter.modules; i++) {
        if (address >= reporter.module[i].begin && address < reporter.module[i].end)
            return &reporter.module[i];
    }
    return NULL;
}

static uintptr_t stack_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.sp;
#else
    (void)context;
    return 0;
#endif
}

/*
 * A trapped call and an abort happen inside libc. The author wants to know where in the plugin:
 * the nearest word on the stack that points into it is that, or close to it.
 */
static uintptr_t find_caller(uintptr_t stack)
{
    const struct module *plugin = reporter.plugin;

    if (!plugin || stack == 0)
        return 0;
    for (uintptr_t at = stack & ~(uintptr_t)7;
         at < stack + STACK_SEARCH && at + 8 <= (uintptr_t)__libc_stack_end; at += 8) {
        uintptr_t word = *(const uintptr_t *)at;

        if (word >= plugin->begin && word < plugin->end)
            return word;
    }
    return 0;
}

/* "system call openat (257)" or "SIGSEGV at address 0x8", then " in module+0xoffset". */
static void describe(struct line *line, int number, const siginfo_t *info,
                     const struct module *module, uintptr_t instruction)
{
    if (number == SIGSYS) {
        const char *name = syscalls_name(info->si_syscall);

        put_text(line, "forbidden system call ");
        put_text(line, name ? name : "?");
        put_text(line, " (");
        put_number(line, (uint64_t)info->si_syscall, 10);
        put_text(line, ")");
    } else {
        put_text(line, signal_word(number));
        if (number != SIGABRT) {
            put_text(line, " at address 0x");
            put_number(line, (uintptr_t)info->si_addr, 16);
        }
    }
    if (!module)
        return;
    put_text(line, " in ");
    put_text(line, module->name);
    put_text(line, "+0x");
    put_number(line, instruction - module->base, 16);
}

static void send_report(int number, const siginfo_t *info, const struct module *module,
                        uintptr_t instruction)
{
    const char *word = number == SIGSYS ? syscalls_name(info->si_syscall) : signal_word(number);
    uint8_t message[1024];
    struct bytes_writer writer;

    bytes_writer_init(&writer, message, sizeof message);
    bytes_put_u16(&writer, WIRE_CRASH);
    bytes_put_u16(&writer, WIRE_VERSION);
    bytes_put_u32(&writer, reporter.generation);
    bytes_put_u32(&writer, number == SIGSYS ? WIRE_CRASH_SYSCALL : WIRE_CRASH_SIGNAL);
    bytes_put_u32(&writer, (uint32_t)(number == SIGSYS ? info->si_syscall : number));
    bytes_put_u64(&writer, number == SIGSYS ? instruction : (uintptr_t)info->si_addr);
    bytes_put_u64(&writer, module ? instruction - module->base : instruction);
    bytes_put_text(&writer, module ? module->name : "");
    bytes_put_text(&writer, word);
    if (!writer.failed && reporter.socket >= 0)
        send(reporter.socket, message, writer.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void handle(int number, siginfo_t *info, void *context)
{
    uintptr_t instruction = instruction_of(context);
    const struct module *module = module_of(instruction);
    struct line line = { .length = 0 };
    ssize_t written;

    if (module != reporter.plugin && (number == SIGSYS || number == SIGABRT)) {
        uintptr_t caller = find_caller(stack_of(context));

        if (caller) {
            instruction = caller;
            module = reporter.plugin;
        }
    }
    describe(&line, number, info, module, instruction);
    send_report(number, info, module, instruction);
    put_text(&line, "\n");
    written = write(STDERR_FILENO, line.text, line.length);
    (void)written;
    _exit(number == SIGSYS ? WIRE_EXIT_SYSCALL : WIRE_EXIT_SIGNAL);
}

int32_t reporter_install(int socket, uint32_t generation, struct bothy_error *error)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS };
    struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    stack_t stack = { .ss_size = STACK_SIZE };
    sigset_t none;

    reporter.socket = socket;
    reporter.generation = generation;
    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) < 0)
        return bothy_fail(error, BOTHY_EIO, "the crash reporter's stack: %s", strerror(errno));
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (sigaction(numbers[i], &action, NULL) < 0)
            return bothy_fail(error, BOTHY_EIO, "the crash reporter's handler: %s",
                              strerror(errno));
    }
    /* What the parent had blocked would hide a crash or a stop. */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    reporter_read_modules(NULL);
    return 0;
}

static int note_module(struct dl_phdr_info *info, size_t size, void *plugin_path)
{
    struct module *module;
    const char *name = info->dlpi_name && info->dlpi_name[0] ? info->dlpi_name : "runner";
    size_t length = strlen(name);

    (void)size;
    if (reporter.modules == MODULES_MAX)
        return 1;
    module = &reporter.module[reporter.modules];
    module->base = info->dlpi_addr;
    module->begin = UINTPTR_MAX;
    module->end = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + header->p_vaddr;

        if (header->p_type != PT_LOAD)
            continue;
        if (begin < module->begin)
            module->begin = begin;
        if (begin + header->p_memsz > module->end)
            module->end = begin + header->p_memsz;
    }
    if (plugin_path && strcmp(name, plugin_path) == 0)
        reporter.plugin = module;
    /* The end of a long path says more than its beginning. */
    if (length >= sizeof module->name)
        name += length - (sizeof module->name - 1);
    memcpy(module->name, name, strlen(name) + 1);
    reporter.modules++;
    return 0;
}

void reporter_read_modules(const char *plugin_path)
{
    char path[PATH_MAX];

    reporter.modules = 0;
    reporter.plugin = NULL;
    if (plugin_path)
        snprintf(path, sizeof path, "%s", plugin_path);
    dl_iterate_phdr(note_module, plugin_path ? path : NULL);
}
