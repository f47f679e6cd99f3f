/* The loop, as the console starts it. */
#ifndef UD_APP_RUN_H
#define UD_APP_RUN_H

struct ud_loop;

/* Until the operator leaves, the session ends for good, or the terminal is gone. */
void ud_loop_run(struct ud_loop *l);

#endif
