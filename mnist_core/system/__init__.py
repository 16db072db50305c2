"""What everything stands on: settings, users, the log, error messages, files that are whole."""
