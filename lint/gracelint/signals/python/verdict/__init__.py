"""What the program does with each signal: its runs, one for each place where the signal may arrive, and the judgement of them."""
