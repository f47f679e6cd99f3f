/* The least an ncurses program can do for a list: draws rows in columns, one row down, a page down, nothing else. What our console is
 * compared with. Usage: floor_ncurses LIST [ROWS] */
#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

struct row {
    char *name, *serial, *account, *person;
};

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
        row[*count].name = strsep(&at, "\t");
        row[*count].serial = at != NULL ? strsep(&at, "\t") : line;
        row[*count].account = at != NULL ? strsep(&at, "\t") : line;
        row[(*count)++].person = at != NULL ? strsep(&at, "\t") : line;
        line = NULL;
        room = 0;
    }
    if (in != NULL)
        fclose(in);
    return row;
}

static void
draw_row(int y, const struct row *r, int chosen)
{
    attrset(chosen ? A_REVERSE : A_NORMAL);
    mvprintw(y, 0, "%-16.16s %-14.14s %-30.30s %-*.*s", r->name, r->serial, r->account, COLS - 63, COLS - 63, r->person);
    attrset(A_NORMAL);
}

static void
draw(const struct row *row, size_t count, size_t top, size_t chosen)
{
    mvprintw(0, 0, "%-*s", COLS - 1, "Devices");
    for (int y = 1; y < LINES - 1; y++)
        if (top + (size_t)y - 1 < count)
            draw_row(y, &row[top + (size_t)y - 1], top + (size_t)y - 1 == chosen);
    mvprintw(LINES - 1, 0, "%zu of %zu  q quit", chosen + 1, count);
    clrtoeol();
    move((int)(chosen - top) + 1, 0);
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
    size_t page = (size_t)LINES - 2;
    for (draw(row, count, top, chosen); (c = getch()) != 'q' && c != ERR; draw(row, count, top, chosen)) {
        if (c == KEY_DOWN && chosen + 1 < count)
            chosen++;
        else if (c == KEY_UP && chosen > 0)
            chosen--;
        else if (c == KEY_NPAGE)
            chosen = chosen + page < count ? chosen + page : count - 1;
        else if (c == KEY_PPAGE)
            chosen = chosen > page ? chosen - page : 0;
        if (chosen >= top + page)
            top = chosen - page + 1;
        if (chosen < top)
            top = chosen;
    }
    endwin();
    return 0;
}
