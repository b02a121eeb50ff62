"""From the first line of a script to its steady state, along every way it can go."""
