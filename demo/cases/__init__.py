"""The nasty cases: what real sites do to a collector, played on demand over the pretended ones. See docs/cases.md."""
