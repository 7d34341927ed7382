// SPDX-License-Identifier: GPL-2.0-only
/*
 * What bind was asked for, kept for who asks: the core reads none of it. Written under
 * cldn_bind_mutex, read under dev->lock.
 */
#include <linux/slab.h>
#include "internal.h"

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
	char *merged = kzalloc(sizeof(dev->args), GFP_KERNEL);
	int ret = -EINVAL;

	if (!merged)
		return -ENOMEM;
	if (!cldn_settings_merge(merged, sizeof(dev->args), dev->args, args))
		scnprintf(text, len, "%s has too many settings then", dev->name);
	else
		ret = dev->class->configure(dev, args, text, len);
	if (!ret)
		cldn_settings_set(dev, merged, NULL);
	kfree(merged);
	return ret;
}
