"""The product: settings, wiring, schedule, command line. Knows everybody."""
