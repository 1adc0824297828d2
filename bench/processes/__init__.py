"""Communication with child processes: messages, the parent's side, the child's side, memory of a process."""
