/* The activity log in the operator's words. The file keeps its own names: they are for programs. */
#ifndef UD_APP_LOG_WORDS_H
#define UD_APP_LOG_WORDS_H

/* By the name in the file; one that is not known comes back as it is. Text is gettext's, or the argument. */
const char *ud_log_event(const char *name);
/* How a call ended ("worked"), and a reason's code. Others come back as they are. */
const char *ud_log_detail(const char *text);
const char *ud_log_reason(const char *code);

#endif
