/* IPv4 addresses and netmasks, in the byte order their names say, and their text. */
#ifndef LIB_IPV4_H
#define LIB_IPV4_H

#include <stdbool.h>
#include <stdint.h>

#define IPV4_TEXT_SIZE 16

/* Four decimal numbers, no leading zeros (other parsers take those for octal). 0 or
 * -EINVAL;
 * @address_be is written only on success. */
int ipv4_parse(const char *s, uint32_t *address_be);

/* "192.0.2.1" into @out, which it returns. */
const char *ipv4_format(char out[IPV4_TEXT_SIZE], uint32_t address_be);

/* 0 to 32; -EINVAL: the bits of the mask are not contiguous. */
int ipv4_prefix_len(uint32_t netmask_be);
uint32_t ipv4_netmask_be(unsigned prefix_len);

/* May be the address of one machine: not 0/8, loopback, multicast or anything above. */
bool ipv4_is_host(uint32_t address_be);

#endif
