"""What a person may set: one schema that makes the defaults, the documentation and, later, the dialog."""
