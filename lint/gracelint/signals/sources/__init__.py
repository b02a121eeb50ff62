"""What the sources of applications say, of languages that gracelint does not read: whether they handle the signal, and where a build has
left them."""
