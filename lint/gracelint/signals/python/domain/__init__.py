"""What is known of a program while it is interpreted: values, and the state that holds them (an abstract domain)."""
