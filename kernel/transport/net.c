// SPDX-License-Identifier: GPL-2.0-only
/* cleardown_net.ko: printers by TCP, virtual circuits by Ethernet and by TCP. */
#include <linux/module.h>
#include "net.h"

static int __init cldn_net_init(void)
{
	int ret = cldn_tcp_register();

	if (ret)
		return ret;
	ret = cldn_ether_register();
	if (ret)
		goto no_ether;
	ret = cldn_atmtcp_register();
	if (!ret)
		return 0;
	cldn_ether_unregister();
no_ether:
	cldn_tcp_unregister();
	return ret;
}

static void __exit cldn_net_exit(void)
{
	cldn_atmtcp_unregister();
	cldn_ether_unregister();
	cldn_tcp_unregister();
}

module_init(cldn_net_init);
module_exit(cldn_net_exit);
CLDN_IMPORT_NS();
/* By the name of the link bind tells what to load. */
MODULE_ALIAS("cleardown_tcp");
MODULE_ALIAS("cleardown_eth");
MODULE_ALIAS("cleardown_atmtcp");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: printers and virtual circuits on the network");
