"""Reading. In: a text and where it stands. Out: an `Analysis`. Pure: dictionaries and models are read once at the start."""
