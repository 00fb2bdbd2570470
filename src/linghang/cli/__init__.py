"""The command line: a face that calls use cases and says what they found."""
