"""What the evaluation of a shell is made of, as data: values, the state of a shell, what it found, what shells differ in."""
