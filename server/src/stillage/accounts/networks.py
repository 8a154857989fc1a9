"""Pure: the network an address belongs to, as far as one customer of a provider usually reaches."""

import ipaddress

UNKNOWN = "unknown"


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: changing the last digits is no new visitor."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    prefix = 24 if found.version == 4 else 64
    return str(ipaddress.ip_network(f"{found}/{prefix}", strict=False))
