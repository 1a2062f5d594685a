"""Azure Image Builder: its templates as resources."""
