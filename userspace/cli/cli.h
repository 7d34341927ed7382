/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the tool share: settings, the command tree, errors, output. */
#ifndef CLEARDOWN_CLI_H
#define CLEARDOWN_CLI_H

#include <getopt.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <json-c/json.h>

#include "cleardown.h"
#include "exit_codes.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_SEC	INT64_C(1000000000)
#define PRINTF(a, b) __attribute__((format(printf, a, b)))

/* ---- settings: the options that every command takes ---- */

struct settings {
	bool json;
	bool pretty;
	bool quiet;
	bool verbose;
	bool color;
	char command[64];	/* "cleardown phone dial": what was recognised so far */
	int64_t timeout_ns;	/* -1: the command's own default */
};

extern struct settings settings;

/* ---- the command tree (main.c, help.c) ---- */

/*
 * A command, or a group when it has verbs. set() takes one of the command's own options and returns
 * an exit code; run() gets the operands only.
 */
struct verb {
	const char *name;
	const char *operands;
	const char *summary;
	const char *details;
	const struct option *options;
	int (*set)(int option, const char *argument);
	int (*run)(int argc, char **argv);
	const struct verb *verbs;
};

/* Values of the commands' own long options; letters are the common options. */
enum {
	OPT_AS = 256,
	OPT_SPEED,
	OPT_FLOW,
	OPT_INIT,
	OPT_ARGS,
	OPT_FORCE,
	OPT_AWAY,
	OPT_ALL,
	OPT_MODE,
	OPT_DEADLINE,
	OPT_DTR,
	OPT_VERIFY,
	OPT_WAIT,
	OPT_ASYNC,
	OPT_RINGS,
	OPT_DEVICE,
	OPT_HOLD,
	OPT_STAY,
	OPT_LAST,
	OPT_FOLLOW,
	OPT_COUNT,
	OPT_RELATIVE,
	OPT_NO_COLOR,
	OPT_MONITOR,
	OPT_PORT,
	OPT_JOB,
	OPT_RESET,
	OPT_DOCUMENT,
	OPT_WATCH,
	OPT_SAP,
	OPT_FAMILY,
	OPT_ECHO,
	OPT_RECV,
	OPT_ACCEPT,
	OPT_REJECT,
	OPT_SEND,
	OPT_DATA,
	OPT_STATES,
	OPT_STUCK,
	OPT_SIGNALLING,
	OPT_LABEL,
	OPT_LINE,
	OPT_NO_WAIT,
	OPT_ONCE,
	OPT_AT,
	OPT_KILL_AFTER,
	OPT_RES,
	OPT_NO_ECM,
	OPT_LETTER,
	OPT_COVER,
	OPT_TO,
	OPT_FROM,
	OPT_SUBJECT,
	OPT_NOTE,
	OPT_NUMBER,
	OPT_FILE,
	OPT_DIR,
	OPT_RECEIVE,
	OPT_PRIORITY,
	OPT_ID,
	OPT_DRY_RUN,
};

extern const struct verb root;
extern const struct verb verb_bind, verb_rebind, verb_unbind, verb_apply, verb_scan, verb_list,
	verb_show, verb_holders, verb_doctor, verb_selftest, verb_phone, verb_port, verb_vc,
	verb_fax;
extern const struct verb verb_close, verb_wait, verb_monitor, verb_reports;

#define MAX_OPTIONS 32

/* NULL where @verbs has none of that name. */
const struct verb *find_verb(const struct verb *verbs, const char *word);
/* A command's own options and those that all have; @all has room for MAX_OPTIONS. */
void merge_options(const struct option *own, struct option *all);
/* What the last word of a command line could become (complete.c). */
int complete(int argc, char **argv);
void help_verb(FILE *to, const struct verb *const *path, size_t depth);
void help_exit_codes(FILE *to);
/* The word of @words (NULL-terminated) that @word was probably meant to be, or NULL. */
const char *nearest_word(const char *word, const char *const *words);

/* ---- errors (common.c) ---- */

/* What went wrong, in the parts that a person and a script want. */
struct trouble {
	const char *object;	/* "phone0", or NULL */
	const char *action;	/* "open": what could not be done */
	const char *cause;
	const char *remedy;	/* or NULL */
	int err;		/* errno, or 0 */
	uint32_t status;	/* status word of the contract, or 0 */
};

/* Tells the user; returns @code for `return complain(...)`. */
int complain(enum exit_code code, const struct trouble *trouble);
int complain_usage(const char *format, ...) PRINTF(1, 2);
/* The same, asking whether @near was meant; NULL: nothing is like it. */
int complain_near(const char *near, const char *format, ...) PRINTF(2, 3);
/* With the errno's usual cause, and the exit code that belongs to it. */
int complain_errno(const char *object, const char *action, int err);
enum exit_code exit_for_errno(int err);
const char *exit_word(int code);
const char *exit_text(int code);
/* What an errno means in this interface. */
const char *errno_cause(int err);

/* Progress for a person: to a terminal, or with --verbose. */
void progress(const char *format, ...) PRINTF(1, 2);

/* ---- objects (common.c) ---- */

/* Opens ctl or says why not. */
struct cleardown_ctl *need_ctl(int *code);
/*
 * The device that @word means: a name, a number, or NULL where there is exactly one of the class.
 * Returns an exit code.
 */
int find_object(struct cleardown_ctl *ctl, enum cldn_class class_id, const char *word,
		struct cleardown_device *device);
/* The same for who needs nothing else of ctl. */
int name_object(enum cldn_class class_id, const char *word, struct cleardown_device *device);
bool is_object(struct cleardown_ctl *ctl, const char *word);
/* /dev path of a character device, "" when it has none. */
void device_path(uint64_t rdev, char *path, size_t size);

/* ---- numbers (common.c) ---- */

int64_t monotonic_ns(void);
bool parse_u64(const char *text, uint64_t max, uint64_t *value);
/* The limit of a wait: --timeout, else @standard; CLDN_FOREVER stays. */
int64_t timeout_or(int64_t standard);

/* ---- which lines there are (cmd_scan.c) ---- */

/* All of them, as scan's document has them; @ctl may be NULL. */
struct json_object *scan_lines_json(struct cleardown_ctl *ctl);

/* ---- who holds a line (holders.c) ---- */

struct holder {
	pid_t pid;
	char comm[CLDN_COMM_LEN];
};

/* The processes other than ourselves with @rdev open, as far as we may see; or the first of them. */
size_t find_holders(uint64_t rdev, struct holder *holders, size_t max);
bool find_holder(uint64_t rdev, struct holder *holder);
bool process_runs(const char *comm, struct holder *holder);

/* ---- parallel ports, as /proc shows them (parport.c) ---- */

#define PARPORT_PROC	"/proc/sys/dev/parport"

/* First line of "parportN/@file", without the line's end. */
bool parport_attr(const char *port, const char *file, char *text, size_t size);
/* The driver that is registered on "parportN" ("lp", "ppdev"), as long as it is not ours. */
bool parport_driver(const char *port, char *driver, size_t size);
/* The same for a backend, "parport:0"; false where that is something else. */
bool parport_driver_of(const char *backend, char *driver, size_t size);

/* ---- output (out.c) ---- */

/* The one JSON document of this run; printed when the command has ended. */
struct json_object *doc_open(const char *type);
struct json_object *doc_current(void);
void doc_print(void);
/* Data goes to stdout: documents go to stderr. */
void doc_to_stderr(void);
/* A document of its own on one line, and away. Consumes @object. */
void line_print(struct json_object *object);
struct json_object *doc_new(const char *type);

void put_text(struct json_object *o, const char *key, const char *text);
void put_bytes(struct json_object *o, const char *key, const char *bytes, size_t len);
struct json_object *bytes_string(const char *bytes, size_t len);
void put_u64(struct json_object *o, const char *key, uint64_t value);
void put_bool(struct json_object *o, const char *key, bool value);
/* A word, or the number where it has none. */
void put_word(struct json_object *o, const char *key, const char *word, uint32_t value);
/* "EIO", or null for 0. */
void put_errno(struct json_object *o, const char *key, int err);
struct json_object *bits_array(uint32_t bits, const char *(*name)(unsigned int));

struct column {
	const char *name;
	bool right;
};

struct libscols_table;
struct libscols_table *table_new(const struct column *columns, size_t n);
/* A row of as many texts as the table has columns; NULL is an empty cell. */
void table_row(struct libscols_table *table, const char *const *cells, const char *color);
void table_print(struct libscols_table *table);

/* ---- reports and records, which are many (out.c) ---- */

/* The options --last and --follow. */
struct recent {
	uint64_t last;		/* UINT64_MAX: all of them */
	bool follow;
};

int set_recent(struct recent *recent, int option, const char *argument);

/* Where they go: into the array, into the table, or in full. */
struct sink {
	struct json_object *array;
	struct libscols_table *table;
	uint64_t shown;
	uint64_t lost;
};

/* Prints the table, and in words that there are no @what, or that older ones are lost. */
void sink_end(struct sink *sink, const char *what, int code);
/* When --timeout ends a --follow, of monotonic_ns(). */
int64_t follow_end(void);
/*
 * Waits for the next look at what cannot be waited for. False, with an exit code: nobody listens any
 * more, it is @end, or a signal has come to @signal_fd.
 */
bool follow_on(int signal_fd, int64_t end, int *code);

#define SHORT_TEXT	40

/* "35 ms", "1.234 s"; the buffers hold SHORT_TEXT. They return it. */
char *text_duration(char *buf, uint64_t ns);
char *text_time(char *buf, uint64_t realtime_ns);
char *text_process(char *buf, pid_t pid, const char *comm);
const char *color_for_state(enum cldn_state state);
/* Prints bytes of the far end or the modem without giving it power over the terminal. */
void print_clean(FILE *to, const char *text, size_t len);

/* ---- the library's answers as JSON and text (render.c) ---- */

const char *word_or(const char *word, const char *otherwise);
uint64_t realtime_of(uint64_t monotonic);
/* Null where @pid is 0. */
struct json_object *json_owner(pid_t pid, uint32_t uid, const char *comm);
void device_to_json(struct json_object *o, const struct cleardown_device *device);
/* Which lines a device of the class may have: a phone a modem's, a port a printer's as well. */
uint32_t lines_of_class(enum cldn_class class_id);
void lines_to_json(struct json_object *o, const char *key, uint32_t lines,
		   enum cldn_class class_id);
void lines_to_text(FILE *to, uint32_t lines, uint32_t changed, enum cldn_class class_id);
/* The names of the bits that are set, each after a blank. */
void bits_to_text(FILE *to, uint32_t bits, const char *(*name)(unsigned int));
void report_to_json(struct json_object *o, const struct cleardown_close_report *report);
void report_to_text(FILE *to, const struct cleardown_close_report *report);
const char *report_result(const struct cleardown_close_summary *sum);
/* Exit code that a close deserves. */
enum exit_code report_exit(const struct cleardown_close_summary *sum);
/* The same, telling the user when the close was not clean. */
int report_judge(const char *object, const struct cleardown_close_summary *sum);
/* The whole report to @sum, from ctl where that has it. */
void report_fetch(struct cleardown_ctl *ctl, const char *name,
		  const struct cleardown_close_summary *sum, struct cleardown_close_report *report);
/* Whose record it is; its time as text is not used for JSON. */
struct record_of {
	const char *object;
	enum cldn_class class_id;
	const char *time;
};

void record_to_json(struct json_object *o, const struct cleardown_record *record,
		    const struct record_of *of);
void record_to_text(FILE *to, const struct cleardown_record *record, const struct record_of *of);

/* ---- a port's own status (render_port.c) ---- */

void printer_to_json(struct json_object *o, const struct cleardown_printer_status *status);
void printer_to_text(FILE *to, const struct cleardown_printer_status *status);
/* "offline, paper-out", or "" when all is well; returns @buf. */
char *printer_condition(char *buf, size_t size, const struct cleardown_printer_status *status);
/* Whether a person is needed: paper, power, the button on the printer. */
bool printer_needs_help(const struct cleardown_printer_status *status);
void document_to_json(struct json_object *o, const struct cleardown_document *document);

/* ---- fax lines (render_fax.c) ---- */

struct libscols_table;
/* Prints a table, or @nothing where it has no rows. It is freed. */
void table_or(struct libscols_table *table, const char *nothing);

/* The number of a job as a string, 0 as null. */
struct json_object *json_job(uint64_t job);
void put_job(struct json_object *o, const char *key, uint64_t job);
/* What the fax server knows of a line. */
void faxport_to_json(struct json_object *o, const struct cleardown_faxport_status *port);
/* "sends, receives" */
const char *faxport_uses(const struct cleardown_faxport_status *port);

/* ---- virtual circuits (render_vc.c) ---- */

/* "16 (normal-clearing)"; the buffer holds SHORT_TEXT. It returns it. */
char *text_q850(char *buf, uint32_t cause);
void nsap_to_json(struct json_object *o, const char *key, const uint8_t *nsap);
void call_params_to_json(struct json_object *o, const struct cleardown_call *call);
void call_end_to_json(struct json_object *o, const struct cleardown_call_end *end);
/* What a record of a link or of its VCs says beside its type. */
void vc_payload_to_json(struct json_object *o, const struct cleardown_record *record);
/* Which circuits a link is shown with. */
enum show_circuits { SHOW_NO_CIRCUITS, SHOW_STATES, SHOW_STUCK };

/* A link in full, as `show` and `vc show` have it. Returns an exit code, having told the user. */
int show_vc(const struct cleardown_device *device, enum show_circuits which);
/* Takes --states and --stuck of both. */
int set_show(int option, const char *argument);
extern enum show_circuits show_which;
#define SHOW_DETAILS                                                                                  \
	"      --states         of a vc: its circuits too, their states and since when; one's own,\n" \
	"                       root sees all\n"                                                      \
	"      --stuck          only those that have been for 10 s in a state that should pass:\n"    \
	"                       calling, offered, accepted, remote-closed, closing, close-failed\n"
extern const struct option show_options[];

/* ---- a link's records, counters and circuits (cmd_cdr.c) ---- */

int run_pcap(int argc, char **argv); /* cmd_pcap.c */
int set_pcap(int option, const char *argument);
int set_cdr(int option, const char *argument);
int run_cdr(int argc, char **argv);
int run_stats(int argc, char **argv);
/* Into @o as "circuits", or where that is NULL as a table. Returns an exit code. */
int show_circuits(struct cleardown_vclink *link, const char *name, bool stuck,
		  struct json_object *o);

/* ---- binding, also as the port's Xcv names (cmd_bind.c) ---- */

/* An object as a person wants it; what is NULL or 0 is left to the kernel. */
struct bind_wish {
	enum cldn_class class_id;
	const char *spec;	/* "tty:/dev/ttyS0" */
	const char *name;
	uint64_t speed;
	enum cldn_flow flow;
	const char *init;
	const char *monitor;
	const char *args;
};

#define FLOW_WORDS "rtscts or none, for ports also xonxoff"

/* Names of the hardware behind a line (ident.c). */
struct idents {
	char names[4][CLDN_IDENT_LEN];
	size_t n;
};

void idents_of(struct idents *found, uint64_t rdev);
bool idents_have(const struct idents *idents, const char *ident);
/* The one that @path ends with, else the first; NULL: there is none. */
const char *idents_best(const struct idents *idents, const char *path);

bool parse_flow(const char *word, enum cldn_flow *flow);
/* What is expected instead where no object of the class can be bound to such a line, else NULL. */
const char *bind_form(enum cldn_class class_id, const char *spec);
bool is_bound_to(const struct cleardown_device *device, const char *spec);
/* The module tells settings; they are as wished, but for those that the line itself adds. */
bool settings_told(const struct cleardown_device *device);
bool has_settings(const struct cleardown_device *device, const struct bind_wish *wish);
/* These return exit codes, having told the user, and say nothing else. @name: CLDN_NAME_LEN. */
int bind_wished(struct cleardown_ctl *ctl, const struct bind_wish *wish, char *name);
int unbind_device(struct cleardown_ctl *ctl, const struct cleardown_device *device);

int bind_run(enum cldn_class class_id, const char *spec);
int bind_set(int option, const char *argument);
extern const struct option bind_options[];
int unbind_run(enum cldn_class class_id, const char *word);
int unbind_set(int option, const char *argument);
extern const struct option unbind_options[];
/* The kernel would not do @action; it says why in its own words. */
int ctl_refused(struct cleardown_ctl *ctl, const char *object, const char *action, uint64_t rdev);

/* ---- closing without losing Ctrl-C (closing.c) ---- */

/* A close that blocks, and how to make it hurry; both may run at once, in two threads. */
struct close_job {
	int (*run)(struct close_job *job);
	void (*hurry)(struct close_job *job);
	void *of;
	const char *name;
	struct cleardown_close_wish wish;
	struct cleardown_close_summary summary;
	int ret;
	int err;
	int done_fd;
	pthread_t thread;
	bool threaded;
};

/* Catches SIGINT, SIGTERM and SIGHUP in a file from now on; -1 on error. */
int catch_signals(void);
/* True when a signal was waiting. */
bool take_signal(int signal_fd);
/* Runs the job; the second signal, @signals counted in, makes it hurry. */
void run_closing(struct close_job *job, int signal_fd, unsigned int signals);
/* The same for several at once, all of which hurry then. */
void run_closings(struct close_job *jobs, size_t n, int signal_fd, unsigned int signals);

/* ---- options of closes (cmd_close.c) ---- */

struct close_options {
	enum cldn_mode mode;	/* 0: the command's choice */
	uint64_t deadline_ns;
	bool dtr_set;
	enum cldn_dtr dtr;
	unsigned int pulse_ms;
};

/*
 * Ends all calls of a link, or that of @vc, and shows their reports, in @json or as text. Returns an
 * exit code, having told the user (cmd_vcclose.c).
 */
int close_calls(struct cleardown_ctl *ctl, const char *name, uint64_t vc,
		const struct close_options *options, bool async, struct json_object *json,
		int signal_fd);
int run_multi(int argc, char **argv);
int set_multi(int option, const char *argument);
int run_parties(int argc, char **argv);
int run_vc_close(int argc, char **argv);
int set_vc_close(int option, const char *argument);

/* Takes --mode, --deadline, --dtr; returns an exit code. */
int close_option(struct close_options *options, int option, const char *argument);

#endif /* CLEARDOWN_CLI_H */
