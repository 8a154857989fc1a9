"""The client's only door to the network: one transport, typed calls over it, the records they answer."""
