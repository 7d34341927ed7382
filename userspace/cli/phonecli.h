/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the phone command share. */
#ifndef CLEARDOWN_CLI_PHONECLI_H
#define CLEARDOWN_CLI_PHONECLI_H

#include "session.h"

/* cmd_phone.c */
/*
 * Whether a first operand, which could be something else, is an object's name. "phone0" is one that
 * is not bound, too: no number, level or command looks like that, and another phone is not meant.
 */
bool phone_named(const char *word);
/* Opens the phone that @word means as its owner, with the document of this command. */
int phone_own(struct session *s, const char *word, const char *type);
int phone_let_go(struct session *s, enum cldn_mode mode, int code);
/* Does a request to its end, and judges that. XC_OK: *record, where wanted, is its completion. */
int phone_request(struct session *s, const char *action, struct cleardown_request *request,
		  const struct cleardown_record **record);
/* Until --hold has passed or somebody ends it. */
int phone_hold(struct session *s, const char *what);

/* telephone.c: verbs */
int run_panel(int argc, char **argv);
int run_lamp(int argc, char **argv);
int run_display(int argc, char **argv);
int run_button(int argc, char **argv);
int run_data(int argc, char **argv);

#endif /* CLEARDOWN_CLI_PHONECLI_H */
