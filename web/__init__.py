"""The console: pages, forms, downloads. In: flows. Out: HTML, JSON and CSV."""
