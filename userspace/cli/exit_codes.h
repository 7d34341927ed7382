/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the tool ends, the same for all verbs. 10 to 14: no connection was made, the attempt was
 * free; 20 and above: the call was up and may have cost money. The words are in JSON errors.
 */
#ifndef CLEARDOWN_CLI_EXIT_CODES_H
#define CLEARDOWN_CLI_EXIT_CODES_H

#define EXIT_CODES(X)									\
	X(XC_OK, 0, "ok", "done and clean")                                                   \
	X(XC_USAGE, 1, "usage", "the command line is wrong")                                  \
	X(XC_DEVICE, 2, "device", "error of the kernel or the device")                        \
	X(XC_NOT_FOUND, 3, "not-found", "no such object, or the module is not loaded")        \
	X(XC_PERMISSION, 4, "permission", "not permitted")                                    \
	X(XC_BUSY, 5, "busy", "somebody else has it; the holder is named")                    \
	X(XC_TIMEOUT, 6, "timeout", "time ran out, nothing was lost")                         \
	X(XC_DISCARDED, 7, "discarded", "closed, but data was discarded")                     \
	X(XC_FORCED, 8, "forced", "forced close: freed, the far end's state is unknown")      \
	X(XC_CANCELLED, 9, "cancelled", "cancelled by a user")                                \
	X(XC_REMOTE_BUSY, 10, "remote-busy", "the far end is busy")                           \
	X(XC_NO_ANSWER, 11, "no-answer", "the far end did not answer")                        \
	X(XC_NOT_CONNECTED, 12, "not-connected", "no dial tone, no carrier or no connection") \
	X(XC_INCOMPATIBLE, 13, "incompatible", "the far end is not compatible")               \
	X(XC_DOCUMENT, 14, "document", "the document cannot be faxed; nothing was dialled")   \
	X(XC_CALL_FAILED, 20, "call-failed", "the call was connected, then failed")           \
	X(XC_PARTIAL, 21, "partial", "only some pages were confirmed")                        \
	X(XC_UNPRINTED, 22, "unprinted", "not all was printed")                               \
	X(XC_OPERATOR, 30, "operator", "the device needs a person: wedged, paper, power")     \
	X(XC_SKIPPED, 77, "skipped", "self-test skipped")                                     \
	X(XC_INTERRUPTED, 130, "interrupted", "ended by Ctrl-C or SIGTERM")

#define EXIT_CODE_ENUM(id, code, word, text) id = code,

enum exit_code { EXIT_CODES(EXIT_CODE_ENUM) };

#endif /* CLEARDOWN_CLI_EXIT_CODES_H */
