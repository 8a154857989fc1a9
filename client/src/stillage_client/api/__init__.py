"""The client's only door to the network: one transport, typed calls over it, and the records they answer with."""
