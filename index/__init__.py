"""Keeping. In: stored documents, prices, alerts. Out: rows and figures. Tables hold the truth; two engines make it searchable."""
