/* The least an ncurses program can do to show what our console shows: the same rows of the same list in the same columns (as the console lays them
 * out at 80 and at 200 cells), a head, a foot; one row down, a page down, nothing else. Its list is the one `gen_devices … full` prints.
 * Usage: floor_ncurses LIST [ROWS] */
#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME, SERIAL, ACCOUNT, PERSON, SYSTEM, MODEL, VERSION, DEVICE_ID, ENTRA_ID, OWNERSHIP, SEEN, KEYS, FIELDS };

#define HEAD 5 /* rows above the list: title, filter, state, a blank, the heads of the columns */
#define FOOT 2

struct row {
    char *field[FIELDS];
    char date[12]; /* made when first drawn */
};

struct column {
    const char *title;
    int field, at, width;
};

static const struct column narrow[] = { { "Device", NAME, 2, 16 }, { "User", PERSON, 20, 14 }, { "Serial", SERIAL, 36, 12 },
    { "Key", KEYS, 50, 7 }, { "Last seen", SEEN, 59, 11 }, { "System", SYSTEM, 72, 7 }, { NULL, 0, 0, 0 } };
static const struct column wide[] = { { "Device", NAME, 2, 24 }, { "User", PERSON, 28, 26 }, { "Account", ACCOUNT, 56, 40 },
    { "Serial", SERIAL, 98, 14 }, { "Key", KEYS, 114, 7 }, { "Last seen", SEEN, 123, 11 }, { "System", SYSTEM, 136, 16 },
    { "Ownership", OWNERSHIP, 154, 9 }, { "Model", MODEL, 165, 34 }, { NULL, 0, 0, 0 } };

static struct row *
read_rows(const char *path, size_t want, size_t *count)
{
    FILE *in = fopen(path, "r");
    struct row *row = calloc(want, sizeof(*row));
    char *line = NULL;
    size_t room = 0;

    *count = 0;
    while (in != NULL && row != NULL && *count < want && getline(&line, &room, in) > 0) {
        char *at = line;

        for (int i = 0; i < FIELDS; i++)
            row[*count].field[i] = at != NULL ? strsep(&at, "\t") : line;
        (*count)++;
        line = NULL;
        room = 0;
    }
    if (in != NULL)
        fclose(in);
    return row;
}

static const char *
text_of(struct row *r, int field)
{
    if (field == KEYS)
        return "key";
    if (field == SEEN) {
        time_t seen = (time_t)(strtoull(r->field[SEEN], NULL, 10) / 1000);
        struct tm tm;

        if (r->date[0] == '\0' && localtime_r(&seen, &tm) != NULL)
            strftime(r->date, sizeof(r->date), "%Y-%m-%d", &tm);
        return r->date;
    }
    return r->field[field];
}

static void
draw_row(int y, const struct column *column, struct row *r, bool chosen)
{
    attrset(chosen ? A_REVERSE : A_NORMAL);
    if (chosen)
        mvprintw(y, 0, "%-*s", COLS - 1, "›");
    else
        mvaddstr(y, 0, "  ");
    for (; column->title != NULL; column++)
        mvprintw(y, column->at, "%-*.*s", column->width, column->width, r == NULL ? column->title : text_of(r, column->field));
    attrset(A_NORMAL);
}

static void
draw(struct row *row, size_t count, size_t top, size_t chosen)
{
    const struct column *column = COLS < 200 ? narrow : wide;

    attrset(A_REVERSE);
    mvprintw(0, 0, "%-*s", COLS - 1, " floor | Devices");
    attrset(A_NORMAL);
    mvaddstr(1, 1, "Find");
    mvprintw(2, 1, "%zu devices", count);
    draw_row(HEAD - 1, column, NULL, false);
    for (int y = HEAD; y < LINES - FOOT; y++)
        if (top + (size_t)(y - HEAD) < count)
            draw_row(y, column, &row[top + (size_t)(y - HEAD)], top + (size_t)(y - HEAD) == chosen);
    mvaddstr(LINES - 1, 1, "q quit");
    move((int)(chosen - top) + HEAD, 0);
    refresh();
}

int
main(int argc, char **argv)
{
    size_t count, top = 0, chosen = 0, want = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    struct row *row;
    int c;

    setlocale(LC_ALL, "");
    if (argc < 2 || (row = read_rows(argv[1], want, &count)) == NULL)
        return 2;
    initscr();
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    size_t page = (size_t)(LINES - FOOT - HEAD), step = page - 1; /* a page turns with one row of overlap */
    for (draw(row, count, top, chosen); (c = getch()) != 'q' && c != ERR; draw(row, count, top, chosen)) {
        if (c == KEY_DOWN && chosen + 1 < count)
            chosen++;
        else if (c == KEY_UP && chosen > 0)
            chosen--;
        else if (c == KEY_NPAGE && chosen + step < count)
            top += step, chosen += step;
        else if (c == KEY_PPAGE)
            top -= top > step ? step : top, chosen -= chosen > step ? step : chosen;
        if (chosen >= top + page)
            top = chosen - page + 1;
        if (chosen < top)
            top = chosen;
    }
    endwin();
    return 0;
}
