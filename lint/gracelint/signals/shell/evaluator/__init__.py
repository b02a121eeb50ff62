"""The evaluator itself: one step of one state at a time, from a simple command to what holds the process."""
