"""Who is to blame for a way that does not end well: each defect of a way, once."""
