"""A git repository with a small suite, and what must be as it was after a comparison."""

import subprocess

from .made import write_suite

KERNEL = """LIBRARY = "numpy"

def double(x):
    return 2 * x
"""
SLOWER = """LIBRARY = "numpy"

def double(x):
    for _ in range(4):
        2 * x
    return 2 * x
"""
MORE_MEMORY = """import numpy as np

LIBRARY = "numpy"

def double(x):
    extra = np.ones(2**17)
    doubled = 2 * x
    del extra
    return doubled
"""
WRONG = KERNEL.replace("2 * x", "2.001 * x")
OTHER = KERNEL.replace("2 * x", "x + x")
SIZES = ("--m", "20000")


class Repository:
    """Commits suites; `state` is everything of git and of the checkout that must not change."""

    def __init__(self, folder):
        self.folder = folder
        write_suite(folder / "kernels", plain=KERNEL, other=OTHER)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.email", "a@example.org")
        self.git("config", "user.name", "A")
        (folder / ".gitignore").write_text("results/\ntemporary/\n__pycache__/\n*.out\n")
        self.commit("first")

    def git(self, *arguments):
        done = subprocess.run(["git", "-C", str(self.folder), *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def write(self, **files):
        for stem, text in files.items():
            path = self.folder / "kernels" / f"{stem}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)

    def state(self):
        index = (self.folder / ".git" / "index").read_bytes()
        files = {path.name: path.read_text() for path in (self.folder / "kernels").glob("*.py")}
        listed = sorted(str(path) for path in (self.folder / ".git").rglob("*") if "logs" not in path.parts)
        return (
            index,
            files,
            listed,
            self.git("stash", "list"),
            self.git("worktree", "list"),
            self.git("branch", "--all"),
        )
