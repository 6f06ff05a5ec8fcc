"""The stories: collect, monitor, themes, prices, export. In: what wiring hands over. Out: the four stages at work together."""
