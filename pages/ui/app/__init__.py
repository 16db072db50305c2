"""What every page needs around it: start-up, identity, errors, background jobs, style."""
