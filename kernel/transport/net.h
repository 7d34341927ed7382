/* SPDX-License-Identifier: GPL-2.0-only */
/* What cleardown_net.ko consists of. */
#ifndef CLEARDOWN_TRANSPORT_NET_H
#define CLEARDOWN_TRANSPORT_NET_H

int cldn_tcp_register(void);
void cldn_tcp_unregister(void);
int cldn_ether_register(void);
void cldn_ether_unregister(void);
int cldn_atmtcp_register(void);
void cldn_atmtcp_unregister(void);

#endif /* CLEARDOWN_TRANSPORT_NET_H */
