/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of libcleardown share. Each object has a file of its own (ctl.c, phone.c, port.c,
 * vclink.c, vc.c, callmgr.c, fax.c, faxport.c, faxline.c, queue.c), which owns files and memory;
 * convert*.c know the structs of <linux/cleardown.h> and own nothing.
 */
#ifndef CLEARDOWN_INTERNAL_H
#define CLEARDOWN_INTERNAL_H

#include <sys/types.h>

#include "cleardown.h"

#define CLDN_EXPORT __attribute__((visibility("default")))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define CLDN_DEV_DIR "/dev/cleardown/"

/* Longest record that a queue can hold: header and text. */
#define CLDN_RECORD_MAX 1024

/*
 * convert.c: one function per call of the kernel. All return 0, or -1 with errno. The conversions
 * zero the kernel's struct first, end every text, and turn negative error members positive.
 */
int cldn_io_version(int fd, uint32_t *abi, char *module, size_t len);
int cldn_io_bind(int fd, const struct cleardown_binding *binding, char *name, char *text,
		 uint32_t *status);
int cldn_io_unbind(int fd, const char *name, bool force, char *text, uint32_t *status);
int cldn_io_configure(int fd, const char *name, const char *args, char *text, uint32_t *status);
int cldn_io_rebind(int fd, const char *name, uint64_t rdev, const char *ident, bool away,
		   char *text);
int cldn_io_next_device(int fd, uint64_t after, struct cleardown_device *device);
int cldn_io_next_report(int fd, uint64_t after, struct cleardown_close_report *report);
int cldn_io_close_device(int fd, const char *name, uint64_t vc,
			 const struct cleardown_close_wish *wish, bool async,
			 struct cleardown_close_summary *summary, uint32_t *closed);
int cldn_io_get_info(int fd, struct cleardown_handle *handle);
int cldn_io_get_session(int fd, struct cleardown_session *session);
int cldn_io_get_caps(int fd, struct cleardown_modem_caps *caps);
int cldn_io_get_status(int fd, struct cleardown_modem_status *status);
int cldn_io_get_panel(int fd, struct cleardown_panel *panel);
bool cldn_takes_book(enum cldn_opcode opcode);
int cldn_io_submit_book(int fd, const struct cleardown_request *request, uint32_t *status);
int cldn_io_submit_input(int fd, uint32_t opcode, uint64_t req_id, uint64_t deadline_ns,
			 const void *in, uint32_t len, uint32_t *status);
int cldn_io_get_id(int fd, const char *device_class, char *id, size_t len, uint32_t *status);
int cldn_io_bind_queue(int fd, int queue_fd, uint64_t cookie);
int cldn_io_set_filter(int fd, uint32_t states, uint32_t events);
int cldn_io_set_messages(int fd, uint32_t states, uint32_t button_modes, uint32_t button_states,
			 uint32_t *status);
int cldn_io_set_deadline(int fd, uint64_t deadline_ns);
int cldn_io_set_dtr(int fd, enum cldn_dtr dtr, unsigned int pulse_ms);
int cldn_io_submit(int fd, const struct cleardown_request *request, uint32_t *status);
int cldn_io_cancel(int fd, bool call, uint64_t id);
int cldn_io_close(int fd, enum cldn_class class_id, const struct cleardown_close_wish *wish,
		  struct cleardown_close_summary *summary, uint32_t *status);
int cldn_io_vc_sap(int fd, unsigned int selector, bool remove, uint32_t *status);
/* @take = 0 for one of the caller's. Return: the file, or -1. */
int cldn_io_vc_create(int fd, uint64_t take, uint64_t cookie, uint64_t *number, uint32_t *status);
int cldn_io_vc_link(int fd, struct cleardown_vclink_status *status);
int cldn_io_vc_delete(int fd, uint32_t *status);
int cldn_io_vc_status(int fd, struct cleardown_circuit *circuit);
struct cleardown_vc_call; /* the kernel's */
void cldn_call_from_uapi(struct cleardown_call *to, const struct cleardown_vc_call *c);
void cldn_call_to_uapi(struct cleardown_vc_call *c, const struct cleardown_call *from);
int cldn_io_next_vc(int fd, uint64_t after, struct cleardown_vc_entry *entry);
int cldn_io_next_cdr(int fd, uint64_t after, struct cleardown_call_record *record);
int cldn_io_vc_count(int fd, uint32_t index, struct cleardown_counter *counter);
/* convert_fax.c: the same for faxes; @status, where not NULL, becomes the word. */
/* Where the status word of the object's last request is kept. */
uint32_t *cldn_vc_word(struct cleardown_vc *vc);
uint32_t *cldn_vclink_word(struct cleardown_vclink *link);
uint32_t *cldn_fax_word(struct cleardown_fax *fax);
int cldn_io_make_multi(int fd, uint64_t req_id, uint64_t deadline_ns,
		       const struct cleardown_call *call, uint64_t cookie, uint32_t *status);
int cldn_io_add_party(int fd, uint64_t req_id, uint64_t deadline_ns, const uint8_t *called,
		      uint64_t cookie, uint32_t *status);
int cldn_io_drop_party(int fd, uint64_t req_id, uint64_t deadline_ns, uint32_t party,
		       const void *data, size_t len, uint32_t *status);
int cldn_io_next_party(int fd, uint64_t vc, uint32_t after, struct cleardown_party *party);
int cldn_io_fax_events(int fd, int queue_fd, uint64_t cookie, uint32_t *status);
int cldn_io_fax_rights(int fd, uint64_t handle, uint32_t drop, uint32_t *rights, uint32_t *status);
int cldn_io_fax_next_handle(int fd, uint64_t after, struct cleardown_fax_handle_entry *handle,
			    uint32_t *status);
int cldn_io_fax_service(int fd, struct cleardown_fax_service *service);
int cldn_io_fax_next_line(int fd, uint64_t after, struct cleardown_faxport_status *line,
			  uint32_t *status);
/* Return: the file, or -1. */
int cldn_io_fax_open_port(int fd, uint64_t line, bool modify, uint32_t *status);
/* @setting: NULL = only ask; @port becomes what is in force. */
int cldn_io_fax_port(int fd, const struct cleardown_faxport_setting *setting,
		     struct cleardown_faxport_status *port, uint32_t *status);
int cldn_io_fax_send(int fd, uint64_t line, int document, const char *number, const char *args,
		     uint64_t *job, uint32_t *status);
int cldn_io_fax_next_job(int fd, uint64_t after, struct cleardown_fax_job_entry *job,
			 uint32_t *status);
/* @command: CLEARDOWN_JC_* */
int cldn_io_fax_job_set(int fd, uint64_t job, uint32_t command, uint32_t *status);
int cldn_io_fax_provide(int fd, uint32_t *status);
/* @action: CLEARDOWN_FAX_LINE_* */
int cldn_io_fax_line(int fd, uint32_t action, bool *held, uint32_t *fps, bool *running,
		     uint32_t *status);
/* Return: the document's file, or -1. */
int cldn_io_fax_take(int fd, uint64_t job, uint32_t *uid, char *number, char *args,
		     uint32_t *status);
int cldn_io_fax_adopt(int fd, uint64_t job, uint32_t uid, uint32_t *state, uint32_t *status);
int cldn_io_fax_report(int fd, const struct cleardown_fax_news *news, uint32_t *status);
int cldn_io_set_reset(int fd, bool reset);
int cldn_io_get_printer(int fd, struct cleardown_printer_status *status);
/* NULL: that one stays as it is; both become what is in force. */
int cldn_io_timeouts(int fd, const uint32_t *set_read_ms, const uint32_t *set_write_ms,
		     uint32_t *read_ms, uint32_t *write_ms);
/* The library's own text, cut at @size; the whole length. */
int cldn_io_port_id(int fd, char *id, size_t size);
int cldn_io_queue_counts(int fd, uint32_t *unread, uint64_t *seq, uint64_t *dropped);

/*
 * Reads one record from @buf. Returns the bytes it took, 0 when @len holds no whole record, -1
 * with EPROTO when the bytes are none. The text of @record points into @buf.
 */
ssize_t cldn_parse_record(const void *buf, size_t len, struct cleardown_record *record);

/* Frees an object with its file, if @fd is one, and keeps errno. */
void cldn_let_go(int fd, void *object);
/* NULL is one; else -1 of the caller with EINVAL. */
bool cldn_wish_is_good(const struct cleardown_close_wish *wish);

/* Opens the device called @name; @flags = CLDN_OPEN_*. -1 with EINVAL for what is no name. */
int cldn_open(const char *name, unsigned int flags);

/* Copies a text that may lack its end into a buffer of @size, which always has one. */
void cldn_copy_text(char *to, size_t size, const char *from, size_t max);

#endif /* CLEARDOWN_INTERNAL_H */
