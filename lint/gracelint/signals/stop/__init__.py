"""The stop, simulated: the kernel, the tasks of a container, what each does with a signal, and every way that it can go."""
