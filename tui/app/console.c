/* Puts the console together: terminal, theme, list, keys, jobs, sandbox; then the loop. */
#include "app/console.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/loop.h"
#include "app/recorder.h"
#include "app/run.h"
#include "app/spelling.h"
#include "base/buf.h"
#include "base/process.h"
#include "grid/i18n.h"

#define SECRETS 24 /* guarded blocks at the same time: four calls with key, pair and read-back, PINs, seals */

static enum ud_status
open_terminal(struct ud_loop *l, struct ud_error *err)
{
    const char *dirs[4] = { l->config->theme_dirs[0], l->config->theme_dirs[1], l->config->theme_dirs[2], NULL };
    const char *plain = getenv("NO_COLOR");
    struct ud_theme theme;
    struct ud_buf undo;
    enum ud_status st;
    int width, height;

    if ((st = ud_theme_load(&theme,
             l->config->plain      ? "mono"
             : l->config->theme[0] ? l->config->theme
                                   : "default",
             dirs, err)) != UD_OK)
        return st;
    if ((st = ud_tty_open(&l->tty, STDIN_FILENO, err)) != UD_OK)
        return st;
    ud_tty_size(l->tty, &width, &height);
    if ((st = ud_encoder_new(&l->encoder, getenv("TERM"), width, height, &theme,
             l->config->plain ? UD_COLOR_NEVER : l->config->color, plain != NULL && plain[0] != '\0', err)) != UD_OK)
        return st;
    ud_buf_init(&undo, 4096);
    ud_encoder_stop(l->encoder, &undo);
    st = ud_tty_raw(l->tty, &undo, err);
    ud_buf_free(&undo);
    l->grid = ud_grid_new(width, height);
    l->decoder = ud_decoder_new();
    return st != UD_OK ? st : ud_painter_new(&l->painter, ud_tty_fd(l->tty), l->encoder, err);
}

static enum ud_status
open_descriptors(struct ud_loop *l, struct ud_error *err)
{
    sigset_t set;
    const int numbers[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT };

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(&set, numbers[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return ud_error_errno(err, "sigprocmask");
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    if ((l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return ud_error_errno(err, "signalfd");
    if ((l->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)) < 0)
        return ud_error_errno(err, "timerfd");
    return UD_OK;
}

static enum ud_status
load_keys(struct ud_app *app, struct ud_error *err)
{
    enum ud_status st;

    if ((st = ud_keymap_load(&app->keymap, app->config->site_keys_file, err)) != UD_OK ||
        (st = ud_keymap_load(&app->keymap, app->config->keys_file, err)) != UD_OK)
        return st;
    return ud_keymap_check(&app->keymap, err);
}

/* The cached list and the kept sign-in; a damaged one of either is as good as none. */
static struct ud_app *
new_app(const struct ud_config *config)
{
    struct ud_fleet *fleet = NULL;
    struct ud_tokens *tokens = NULL;
    ud_wall at = UD_WALL_NONE;
    char tag[33];
    struct ud_error err;

    ud_config_source_tag(tag, config);
    if (config->cache_file[0] != '\0' && ud_fleet_load(&fleet, config->cache_file, tag, &at, &err) == UD_MALFORMED)
        (void)unlink(config->cache_file);
    if (config->tokens_file[0] != '\0') {
        tokens = ud_xcalloc(1, sizeof(*tokens));
        if (ud_tokens_load(tokens, config->tokens_file, &err) != UD_OK || tokens->count == 0) {
            free(tokens);
            tokens = NULL;
        }
    }
    return ud_app_new(config, fleet, at, tokens);
}

static void
look_around(struct ud_loop *l)
{
    struct ud_app *app = l->app;
    struct ud_error err;

    (void)gethostname(app->host, sizeof(app->host) - 1);
    ud_recorder_find(app->recorder, sizeof(app->recorder), &app->recorder_screen);
    app->tmux.inside = getenv("TMUX") != NULL && getenv("TMUX")[0] != '\0';
    app->alternate_screen = ud_encoder_alternate(l->encoder);
    if (app->tmux.inside)
        (void)!ud_launcher_ask_watcher(l->launcher, &err); /* without it tmux "does not answer" */
#ifdef UD_SEAMS
    if (getenv("UD_SEAM_IDLE_FD") != NULL)
        l->idle_fd = (int)strtol(getenv("UD_SEAM_IDLE_FD"), NULL, 10);
#endif
}

static void
start(struct ud_loop *l)
{
    struct ud_event e = { .on = UD_ON_START, .width = l->grid->width, .height = l->grid->height };

    e.now = ud_clock_now();
    e.wall = ud_clock_wall();
    ud_loop_terminal_start(l);
    ud_app_update(l->app, &e);
    l->dirty = true;
    ud_loop_render(l); /* the first screen before anything is asked for */
    ud_loop_effects(l);
}

static void
close_loop(struct ud_loop *l)
{
    if (l->painter != NULL)
        ud_loop_terminal_stop(l);
    ud_loop_worker_gone(l);
    ud_painter_free(&l->painter);
    ud_encoder_free(&l->encoder);
    ud_tty_free(&l->tty);
    ud_jobs_free(&l->jobs);
    ud_app_free(&l->app);
    ud_decoder_free(&l->decoder);
    ud_grid_free(&l->grid);
    free(l->message);
    free(l->open);
    if (l->watcher >= 0)
        close(l->watcher);
    if (l->signals >= 0)
        close(l->signals);
    if (l->timer >= 0)
        close(l->timer);
    free(l);
}

enum ud_status
ud_console_run(const struct ud_config *site, struct ud_launcher *launcher, struct ud_error *err)
{
    struct ud_loop *l = ud_xcalloc(1, sizeof(*l));
    struct ud_config *config = ud_xcalloc(1, sizeof(*config));
    int claim = -1;
    char farewell[sizeof(l->app->over_why)] = "";
    enum ud_status st;
    bool shared;

    *config = *site;
    shared = config->tokens_file[0] != '\0' && ud_tokens_claim(&claim, config->tokens_file, 0, err) != UD_OK;
    if (shared)
        config->tokens_file[0] = '\0';
    *l = (struct ud_loop){ .config = config, .launcher = launcher, .watcher = -1, .signals = -1, .timer = -1, .idle_fd = -1 };
    l->message = ud_xcalloc(1, sizeof(*l->message));
    ud_spelling_fill(&l->spelling);
    ud_spelling_fill_exact(&l->spelling_exact);
    if ((st = ud_secret_check_limit(SECRETS, err)) != UD_OK || (st = open_descriptors(l, err)) != UD_OK)
        goto out;
    if ((st = ud_where_load(&config->where, config->where_dir, config->language, err)) != UD_OK)
        goto out;
    l->app = new_app(config);
    if ((st = load_keys(l->app, err)) != UD_OK || (st = open_terminal(l, err)) != UD_OK)
        goto out;
    look_around(l);
    ud_journal_syslog();
    if ((st = ud_process_sandbox(UD_SANDBOX_UI, err)) != UD_OK || (st = ud_jobs_new(&l->jobs, config->journal_dir, err)) != UD_OK)
        goto out;
    l->app->second = shared;
    start(l);
    ud_loop_run(l);
    if (l->gone)
        st = ud_error_set(err, UD_IO, "the terminal is gone");
    if (config->self_service)
        (void)ud_copy(farewell, sizeof(farewell), l->app->over_why);
out:
    close_loop(l);
    if (farewell[0] != '\0')
        printf("%s\n", farewell); /* what an SSH client shows when the session is gone */
    free(config);
    if (claim >= 0)
        close(claim);
    return st;
}

void
ud_console_print_commands(FILE *out, const struct ud_config *config)
{
    struct ud_keymap map;
    struct ud_error err;

    ud_keymap_default(&map);
    if (ud_keymap_load(&map, config->site_keys_file, &err) != UD_OK || ud_keymap_load(&map, config->keys_file, &err) != UD_OK)
        ud_keymap_default(&map);
    ud_commands_print(out, &map);
}
