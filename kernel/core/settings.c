// SPDX-License-Identifier: GPL-2.0-only
/*
 * What bind was asked for, kept for who asks: the core reads no more of it than whose word each is.
 * Written under cldn_bind_mutex, read under dev->lock.
 */
#include <linux/slab.h>
#include "internal.h"

/* Octets of a setting that the sentence about it has room for. */
#define CLDN_SETTING_TOLD 64

/* What is NULL stays as it is; texts end within the size of the members. */
void cldn_settings_set(struct cldn_device *dev, const char *args, const char *ident)
{
	guard(spinlock_irqsave)(&dev->lock);
	if (args)
		strscpy(dev->args, args, sizeof(dev->args));
	if (ident)
		strscpy(dev->ident, ident, sizeof(dev->ident));
}

void cldn_settings_fill(struct cldn_device *dev, struct cleardown_list *arg)
{
	arg->out_speed = dev->link.speed;
	arg->out_flow = dev->link.flow;
	guard(spinlock_irqsave)(&dev->lock);
	memcpy(arg->out_args, dev->args, sizeof(arg->out_args));
	memcpy(arg->out_ident, dev->ident, sizeof(arg->out_ident));
}

/* The first setting at or behind @s, without the blanks before it; empty at the end. */
static const char *cldn_setting(const char *s, size_t *len)
{
	s += strspn(s, " ");
	*len = strcspn(s, " ");
	return s;
}

static bool cldn_setting_among(const char *const *words, const char *word, size_t len)
{
	size_t key = strcspn(word, "=");

	for (; words && *words && key < len; words++)
		if (strlen(*words) == key && !strncmp(*words, word, key))
			return true;
	return false;
}

/*
 * Each of @args is the class's or the link's to judge: what neither takes would be lost. @drv is
 * NULL where only the class is asked.
 */
int cldn_settings_check(const struct cldn_class *class, const struct cldn_link_driver *drv,
			const char *args, char *text, size_t len)
{
	size_t n;

	for (args = cldn_setting(args, &n); n; args = cldn_setting(args + n, &n)) {
		if (cldn_setting_among(class->words, args, n) ||
		    (drv && cldn_setting_among(drv->words, args, n)))
			continue;
		scnprintf(text, len, "%.*s: no setting of class %s%s%s",
			  (int)min_t(size_t, n, CLDN_SETTING_TOLD), args, class->name,
			  drv ? " or link " : "", drv ? drv->name : "");
		return -EINVAL;
	}
	return 0;
}

/* @args has a setting with the key of @word. */
static bool cldn_setting_again(const char *args, const char *word, size_t len)
{
	size_t key = min(len, strcspn(word, "=")), n;

	for (args = cldn_setting(args, &n); n; args = cldn_setting(args + n, &n))
		if (min(n, strcspn(args, "=")) == key && !strncmp(args, word, key))
			return true;
	return false;
}

/* @to gets the settings of @old that @args does not name, then @args. False: no room. */
static bool cldn_settings_merge(char *to, size_t size, const char *old, const char *args)
{
	size_t len = 0, n;

	for (old = cldn_setting(old, &n); n; old = cldn_setting(old + n, &n))
		if (!cldn_setting_again(args, old, n))
			len += scnprintf(to + len, size - len, "%.*s ", (int)n, old);
	args += strspn(args, " ");
	if (len + strlen(args) >= size)
		return false;
	strscpy(to + len, args, size - len);
	strim(to);
	return true;
}

/* CONFIGURE: the class takes @args, or nothing has changed. Opens are kept away meanwhile. */
int cldn_settings_change(struct cldn_device *dev, const char *args, char *text, size_t len)
{
	int ret = cldn_settings_check(dev->class, NULL, args, text, len);
	char *merged;

	if (ret)
		return ret;
	merged = kzalloc(sizeof(dev->args), GFP_KERNEL);
	if (!merged)
		return -ENOMEM;
	if (!cldn_settings_merge(merged, sizeof(dev->args), dev->args, args)) {
		scnprintf(text, len, "%s has too many settings then", dev->name);
		ret = -EINVAL;
	} else {
		ret = dev->class->configure(dev, args, text, len);
	}
	if (!ret)
		cldn_settings_set(dev, merged, NULL);
	kfree(merged);
	return ret;
}
