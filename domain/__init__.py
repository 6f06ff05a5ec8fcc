"""The nouns and their small rules. In: nothing. Out: values that every room speaks in. No I/O, no framework."""
