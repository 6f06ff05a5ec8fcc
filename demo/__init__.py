"""A pretended outside world: sites, a message sink, a scripted day. Knows nobody; only tingchao starts it."""
