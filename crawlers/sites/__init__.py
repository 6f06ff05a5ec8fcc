"""One pure module per site: where its pages are and what they say. Bytes in, nouns out; no network, no clock."""
