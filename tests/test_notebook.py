"""docs/notebook.ipynb in a real kernel: every cell does what the text says, and Ctrl-C leaves no process."""

import json
import os
import re
import signal
from pathlib import Path

import psutil
import pytest

from .conftest import MARK
from .waiting import came_true

pytestmark = [pytest.mark.slow, pytest.mark.needs("nbclient", "ipykernel")]

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
CELL_SECONDS = 150

INSIDE = """
import sys
measured = [name for name in sys.modules if name.startswith(("rooflinear_suite", "rooflinear.bench.worker", "numba"))]
print(measured, *sorted(path.parent.name for path in run.folder.glob("report.html")))
"""
"""What the kernel's own process has loaded of code that measures or is measured."""

LONG = 'suite.run(m=[300], n=[3], implementation="numpy", blocks=500, precision="0.001%")'


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The notebook's cells with their outputs, by id; what its progress showed; how an interrupted cell ended."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from nbformat import read
    from nbformat.v4 import new_code_cell

    class Client(NotebookClient):
        """Keeps what a cell showed for a moment."""

        on_update = staticmethod(lambda: None)

        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"] == "update_display_data":
                shown.append(msg["content"]["data"]["text/html"])
                self.on_update()
            return super().process_message(msg, cell, cell_index)

    def interrupt():
        """As the button of a notebook does it, once something is measured."""
        if "distances m=300" in shown[-1]:
            client.on_update = lambda: None
            os.killpg(client.km.provisioner.pid, signal.SIGINT)

    shown: list[str] = []
    folder = tmp_path_factory.mktemp("notebook")
    book = read(NOTEBOOK, 4)
    book.cells += [
        new_code_cell(INSIDE, id="inside"),
        new_code_cell(LONG, id="long"),
        new_code_cell("suite", id="again"),
    ]
    cells = {cell.id: (cell, place) for place, cell in enumerate(book.cells)}
    client = Client(book, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel(env={**os.environ, MARK: str(folder)}):
        for name in list(cells)[:-2]:
            client.execute_cell(*cells[name])
        before = list(shown)
        client.on_update = interrupt
        with pytest.raises(CellExecutionError) as ended:
            client.execute_cell(*cells["long"])
        left = [] if came_true(lambda: len(_marked(folder)) == 1) else _marked(folder)
        client.execute_cell(*cells["again"])
    return {name: cell for name, (cell, _) in cells.items()}, before, ended.value, left


def _marked(folder):
    """Processes of the kernel, itself included."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def text(cell, kind="text/html"):
    return "".join(each["data"].get(kind, "") for each in cell.outputs if each.output_type == "execute_result")


def printed(cell):
    return "".join(each.get("text", "") for each in cell.outputs)


def test_every_answer_is_shown(played):
    cells, *_ = played
    verified, ran = text(cells["verify"]), text(cells["run"])
    assert "2 ok, 1 wrong" in verified
    assert re.search(r"wrong: distances/by_products m=33 n=3 float64: error \S+ exceeds the tolerance", verified)
    assert "4 ok, 2 wrong" in ran
    assert "the suite’s tolerance, rtol 1e-12; no bound was derived" in ran
    assert re.search(r"numpy</td>.*?[µmn]s</td>.*baseline", ran)
    assert "for distances at m=10 n=3" in text(cells["winner"])
    assert "m = 50 and n = 3" in text(cells["advise"])
    assert text(cells["scaling"], "image/png").startswith("iVBOR")
    assert text(cells["built-in"]).count("2 ok") == 1
    assert "nothing" not in text(cells["compare"])
    assert "by_products m=100 n=3 float64" in text(cells["compare"])


def test_what_cannot_be_written_is_refused_with_the_reason(played):
    cells, *_ = played
    assert printed(cells["refusal"]).startswith("weighted: uses 'weights', a ndarray; only modules,")


def test_progress_is_shown_and_vanishes(played):
    cells, shown, *_ = played
    assert any(re.search(r'<progress value="\d" max="6"></progress> \d/6 distances m=\d+ n=3', each) for each in shown)
    lines = [each["data"]["text/html"] for each in cells["run"].outputs if each.output_type == "display_data"]
    assert lines == [""]


def test_nothing_is_measured_in_the_kernel(played):
    cells, *_ = played
    assert re.match(r"\[\] \d{8}T", printed(cells["inside"]))


def test_an_interrupt_ends_every_process_and_leaves_the_kernel(played):
    cells, _, ended, left = played
    assert (ended.ename, left) == ("KeyboardInterrupt", [])
    assert "rooflinear.Suite distances" in text(cells["again"], "text/plain")


def test_it_is_a_notebook_without_outputs():
    stored = json.loads(NOTEBOOK.read_text())
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert {(cell["execution_count"], tuple(cell["outputs"])) for cell in code} == {(None, ())}
    assert len({cell["id"] for cell in stored["cells"]}) == len(stored["cells"])
