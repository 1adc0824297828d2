"""Talking to child processes: messages, the parent's side, the child's side, what memory a process holds."""
