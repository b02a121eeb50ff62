/* A witness: an application that writes down what happened to it.
 *
 * It appends lines "NAME PID EVENT" to a record, NAME being the name it was started by:
 *     ready            it is there, its handlers are installed
 *     signal N         signal N arrived
 *     finished         its clean-up is over; it leaves with status 0
 * A witness without "finished" was killed. It takes any arguments, so it can stand in for any program.
 *
 * Environment:
 *     GRACELINT_RECORD    the record's path; without it, nothing is written
 *     GRACELINT_CLEANUP   how long the clean-up takes, in milliseconds (default 500)
 *     GRACELINT_SLOWEST   a process number, or a name: only this witness needs as long; all others GRACELINT_QUICK milliseconds
 *     GRACELINT_CATCH     the numbers of the signals it catches (default: HUP INT QUIT USR1 USR2 TERM)
 *     GRACELINT_LOUD      if set, it prints a line five times while it cleans up, as applications do
 *     GRACELINT_POLITE    if set, a signal that was ignored at the start stays ignored
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *name;
static int record = -1;
static volatile sig_atomic_t told;

/* One write a line: O_APPEND keeps the lines of several witnesses apart. */
static void say(const char *event, int number) {
    char line[256];
    int length = number ? snprintf(line, sizeof line, "%.100s %d %s %d\n", name, (int)getpid(), event, number)
                        : snprintf(line, sizeof line, "%.100s %d %s\n", name, (int)getpid(), event);
    if (record >= 0 && write(record, line, (size_t)length) != length) _exit(111);
}

static void handler(int number) {
    say("signal", number);
    told = 1;
}

static void catch (int number, int polite) {
    struct sigaction action;
    if (polite && sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) return;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigfillset(&action.sa_mask); /* lines of two signals do not mix */
    sigaction(number, &action, NULL);
}

int main(int argc, char **argv) {
    const char *path = getenv("GRACELINT_RECORD"), *cleanup = getenv("GRACELINT_CLEANUP");
    const char *numbers = getenv("GRACELINT_CATCH"), *slowest = getenv("GRACELINT_SLOWEST"), *quick = getenv("GRACELINT_QUICK");
    int polite = getenv("GRACELINT_POLITE") != NULL, loud = getenv("GRACELINT_LOUD") != NULL, parts = loud ? 5 : 1;
    long ms = cleanup ? atol(cleanup) : 500;
    char *end;
    sigset_t all, before;

    name = argc ? argv[0] : "witness";
    if (strrchr(name, '/')) name = strrchr(name, '/') + 1;
    if (path) record = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (!numbers) numbers = "1 2 3 10 12 15";

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before); /* no signal before "ready", none between the test and the wait */
    for (long number = strtol(numbers, &end, 10); end != numbers; number = strtol(numbers, &end, 10)) {
        catch ((int)number, polite);
        numbers = end;
    }
    say("ready", 0);
    if (slowest && quick && atol(slowest) != (long)getpid() && strcmp(slowest, name) != 0) ms = atol(quick);
    while (!told) sigsuspend(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);

    for (int part = 0; part < parts; part++) {
        struct timespec rest = {ms / parts / 1000, ms / parts % 1000 * 1000000L};
        while (nanosleep(&rest, &rest) != 0) continue; /* told again: it goes on */
        if (loud && write(1, "cleaning up\n", 12) != 12) loud = 0; /* nobody reads it any more */
    }
    say("finished", 0);
    return 0;
}
