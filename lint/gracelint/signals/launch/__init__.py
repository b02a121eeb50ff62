"""From a launch to the processes of the steady state: what a command line starts, what that becomes, and in which ways it can turn out."""
