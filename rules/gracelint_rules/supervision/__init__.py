"""GL4: what stands over the application: runners, inits, supervisors, and the time that an engine gives."""
