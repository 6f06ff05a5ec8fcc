"""Deciding and telling. In: counts, documents, open alerts. Out: surges, episodes, notices, deliveries. Rules are pure."""
