"""A suite is read without importing a framework; what is wrong with one is said with file, line and remedy."""

import subprocess
import sys

import numpy as np
import pytest

from rooflinear.bench.commands import inspect
from rooflinear.bench.errors import UsageError
from rooflinear.bench.suites import suite
from rooflinear.kernels import operations as kernels

from ..made import NUMPY, OPERATIONS, SHOWN, SMOOTHING, write_suite


def refusal(folder):
    with pytest.raises(UsageError) as caught:
        suite.load(folder)
    assert caught.value.exit_status == 2
    return str(caught.value).replace(str(folder), "FOLDER")


def stated(folder, **files):
    return suite.load(write_suite(folder, **files)).implementations


def test_a_suite_is_found(tmp_path):
    found = suite.load(write_suite(tmp_path / "mine"))
    assert (found.name, list(found.operations), list(found.implementations)) == ("mine", ["double"], ["plain"])
    assert found.implementations["plain"].operations == ("double",)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert refusal(tmp_path / "absent").startswith("suite FOLDER: no such folder")


def test_a_folder_without_operations_is_no_suite(tmp_path):
    assert refusal(write_suite(tmp_path, operations=None)).startswith("suite FOLDER: has no operations.py")


def test_a_suite_without_implementations_is_refused(tmp_path):
    assert refusal(write_suite(tmp_path, plain=None)).startswith("suite FOLDER: has no implementation")


A_TUPLE = "it must be a tuple of Operation, such as (Operation(…),)"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("CONTRACT = 2", "states CONTRACT = 2; this rooflinear supports 1"),
        ("del CONTRACT", "states CONTRACT = None; this rooflinear supports 1"),
        ("OPERATIONS = list(OPERATIONS)", f"OPERATIONS is a list; {A_TUPLE}"),
        ("OPERATIONS = OPERATIONS[0]", f"OPERATIONS is an Operation; {A_TUPLE}"),
        ("OPERATIONS = ()", f"states no OPERATIONS; {A_TUPLE}"),
        ("del OPERATIONS", f"states no OPERATIONS; {A_TUPLE}"),
        ("OPERATIONS = ({},)", "OPERATIONS contains a dict, not an Operation"),
        ("OPERATIONS *= 2", "two operations share a name: double, double"),
        ("PRESETS = ()", "PRESETS must be a dict from 'quick', 'standard', 'full' to tuples of Grid"),
        ("PRESETS = {'quick': Grid(sizes={'m': (9,)})}", "PRESETS['quick'] must be a tuple of Grid"),
        ("PRESETS = {'quick': ({'m': (9,)},)}", "PRESETS['quick'] must be a tuple of Grid"),
        (
            "PRESETS = {'full': (Grid(sizes={'m': (9,)}, operations=('halve',)),)}",
            "PRESETS['full'] names an operation 'halve' that is not stated",
        ),
        (
            "PRESETS = {'full': (Grid(sizes={'m': (9,)}, without=('slow',)),)}",
            "PRESETS['full'] names an implementation 'slow' that does not exist",
        ),
        (
            "PRESETS = {'full': (Grid(sizes={'m': (9,)}, implementations=('slow',)),)}",
            "PRESETS['full'] names an implementation 'slow' that does not exist",
        ),
        ("SHOWN = []", "SHOWN must be a tuple of Shown"),
        ("SHOWN = (shown(operation='halve'),)", "SHOWN names an operation 'halve' that is not stated"),
        ("SHOWN = (shown(sizes={'n': 3}),)", "SHOWN 'small': sizes must be m"),
        ("SHOWN = (shown(inputs=7),)", "SHOWN 'small': inputs must be a function"),
        ("SHOWN = (shown(), shown())", "two tasks of SHOWN share a name"),
    ],
)
def test_operations_that_break_the_contract_are_named(tmp_path, line, message):
    text = f"{OPERATIONS}\nfrom rooflinear.bench.contract import Grid\n{SHOWN}\n{line}\n"
    assert refusal(write_suite(tmp_path, operations=text)) == f"FOLDER/operations.py: {message}"


OF_SUCH = " of such by dtype; for an output that is a tuple also a tuple of such, with None for integers"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("name='no name'", "operation name 'no name' cannot be a function's name"),
        ("name='_double'", "operation name '_double' cannot be a function's name"),
        ("name=7", "operation name 7 cannot be a function's name"),
        ("name='class'", "operation name 'class' cannot be a function's name"),
        ("name='None'", "operation name 'None' cannot be a function's name"),
        (
            "name='workspace'",
            "operation name 'workspace' is reserved: an implementation's 'workspace' means something else",
        ),
        ("sizes='m'", 'double: sizes must be a tuple of names, such as ("m", "n")'),
        ("sizes=(1,)", 'double: sizes must be a tuple of names, such as ("m", "n")'),
        ("sizes=7", 'double: sizes must be a tuple of names, such as ("m", "n")'),
        ("inputs=7", "double: inputs must be a function"),
        ("oracle=None", "double: oracle must be a function"),
        ("bound=1e-9", "double: bound must be a function"),
        ("rtol=1e-9", "double: states a bound and a tolerance; remove one"),
        ("bound=None, rtol='few'", "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH),
        ("bound=None, rtol=True", "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH),
        ("bound=None, rtol=1", "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH),
        ("bound=None, rtol=(0.1, -1)", "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH),
        ("bound=None, rtol={}", "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH),
        (
            "bound=None, rtol={'float32': -1}",
            "double: rtol must be a number, 0 or more and below 1, or a dict" + OF_SUCH,
        ),
        (
            "bound=None, atol=float('nan')",
            "double: atol must be a number, 0 or more and finite, or a dict" + OF_SUCH,
        ),
        ("largest=7", "double: largest must be a function or omitted"),
        ("cost=(1, 2)", "double: cost must be a function or omitted"),
        ("exact_inputs=7", "double: exact_inputs must be a function or omitted"),
        ("exact_equal='=='", "double: exact_equal must be a function or omitted"),
        ("parameters=['steps']", "double: parameters must map names to defaults"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(tmp_path, field, message):
    text = f"{OPERATIONS}\nimport dataclasses\nOPERATIONS = (dataclasses.replace(OPERATIONS[0], {field}),)\n"
    assert refusal(write_suite(tmp_path, operations=text)) == f"FOLDER/operations.py: {message}"


@pytest.mark.parametrize("stem", ["operations", "plain", "_helper"])
def test_a_syntax_error_is_named_with_its_line(tmp_path, stem):
    message = refusal(write_suite(tmp_path, **{stem: "x = 1\n\ndef f(:\n"}))
    assert message.startswith(f"FOLDER/{stem}.py:3: invalid syntax")


def test_an_import_that_fails_in_operations_is_a_usage_error(tmp_path):
    message = refusal(write_suite(tmp_path, operations="import no_such_module\n" + OPERATIONS))
    assert "FOLDER/operations.py: import failed: ModuleNotFoundError: No module named 'no_such_module'" in message


def test_operations_that_exit_are_a_usage_error(tmp_path):
    assert "import failed: SystemExit: 3" in refusal(write_suite(tmp_path, operations="raise SystemExit(3)"))


@pytest.mark.usefixtures("trusted")
def test_an_implementation_without_library_is_refused_with_a_remedy(tmp_path):
    message = refusal(write_suite(tmp_path, helper="def double(x): return x"))
    assert message.startswith("FOLDER/helper.py: states no LIBRARY")
    assert "start the file name with '_'" in message


def test_a_leading_underscore_hides_a_file(tmp_path):
    assert list(stated(tmp_path, _helper="def double(x): return x", __init__="")) == ["plain"]


def test_an_implementation_is_not_imported(tmp_path):
    assert "bomb" in stated(tmp_path, bomb="LIBRARY = 'numpy'\nraise SystemExit(9)")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "text",
    [
        "double = lambda x: 2 * x",
        "double: object = abs",
        "from ._twice import double",
        "from ._twice import twice as double",
        "(double, other) = abs, abs",
        "if True:\n    def double(x): pass\nelse:\n    double = None",
        "try:\n    from fast import double\nexcept ImportError:\n    def double(x): pass",
    ],
)
def test_a_function_may_be_bound_in_any_way_a_module_can(tmp_path, text):
    files = {"other": f"LIBRARY = 'numpy'\n{text}\n", "_twice": "def double(x): pass\ntwice = double\n"}
    assert stated(tmp_path, **files)["other"].operations == ("double",)


@pytest.mark.usefixtures("trusted")
def test_an_implementation_may_lack_an_operation(tmp_path):
    assert stated(tmp_path, other="LIBRARY = 'numpy'\ndef half(x): pass\n")["other"].operations == ()


@pytest.mark.usefixtures("trusted")
def test_an_algorithm_other_than_the_direct_one_is_noted(tmp_path):
    found = stated(tmp_path, gram=NUMPY + "ALGORITHM = 'gram'\n")
    assert (found["plain"].algorithm, found["gram"].algorithm) == ("direct", "gram")


def test_the_docstring_is_kept_up_to_its_first_blank_line(tmp_path):
    assert stated(tmp_path, other=f'"""One line.\n\nMore."""\n{NUMPY}')["other"].doc == "One line."


IMPORTS = """
import numpy as np, os.path
from scipy.linalg import blas
from . import _helper
LIBRARY = "numpy"
double = _helper.double
"""


def test_what_an_implementation_needs_covers_its_helpers(tmp_path):
    found = stated(tmp_path, other=IMPORTS, _helper="import torch.nn\nfrom ._deeper import x", _deeper="import jax")
    assert set(found["other"].requires) >= {"numpy", "scipy", "torch", "jax"}
    assert found["plain"].requires == ()


def test_what_is_not_installed_makes_an_implementation_unavailable(tmp_path):
    found = stated(tmp_path, other="import no_such_framework\n" + NUMPY)
    assert inspect.unavailable(found["other"]) == "no_such_framework not installed"
    assert inspect.unavailable(found["plain"]) == ""


def hashes(folder, **files):
    return {stem: each.source_sha256 for stem, each in stated(folder, **files).items()}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("helper", ["_helper", "_deeper"])
def test_a_changed_helper_changes_the_source_of_those_that_import_it(tmp_path, helper):
    files = {"other": IMPORTS, "_helper": "from . import _deeper\ndef double(x): pass", "_deeper": ""}
    before = hashes(tmp_path, **files)
    after = hashes(tmp_path, **files | {helper: files[helper] + "\n# changed\n"})
    assert before["plain"] == after["plain"]
    assert before["other"] != after["other"]


def test_equal_sources_have_equal_hashes_wherever_they_lie(tmp_path):
    assert hashes(tmp_path / "one", other=IMPORTS) == hashes(tmp_path / "two", other=IMPORTS)


@pytest.mark.usefixtures("trusted")
def test_helpers_that_import_each_other_are_followed(tmp_path):
    assert stated(tmp_path, other=IMPORTS, _helper="from . import _deeper", _deeper="from . import _helper")


def test_two_revisions_of_a_suite_live_in_one_process(tmp_path):
    helper = "def double(x):\n    return {} * x\n"
    both = [write_suite(tmp_path / f"{n}" / "kernels", other=IMPORTS, _helper=helper.format(n)) for n in (2, 3)]
    assert [suite.import_stem(folder, "other").double(10) for folder in both] == [20, 30]


def test_a_file_named_numpy_does_not_shadow_numpy(tmp_path):
    folder = write_suite(tmp_path, numpy="import numpy as np\n" + NUMPY)
    assert suite.import_stem(folder, "numpy").np is np
    assert list(suite.import_stem(folder, "numpy").double(np.ones(2))) == [2, 2]


def test_a_suite_with_an_init_is_a_package(tmp_path):
    folder = write_suite(tmp_path, __init__="FACTOR = 5\n", other="from . import FACTOR\n" + NUMPY)
    assert suite.import_stem(folder, "other").FACTOR == 5


def test_the_suite_of_the_repository_one_stands_in_is_the_default(tmp_path, monkeypatch):
    folder = write_suite(tmp_path / "kernels")
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")
    assert suite.find(None) == folder


def test_the_installed_suite_is_the_default_elsewhere(tmp_path, monkeypatch):
    write_suite(tmp_path / "kernels")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    assert suite.find(None) == suite.Path(kernels.__file__).parent


def test_a_folder_named_by_the_user_is_made_absolute(monkeypatch):
    monkeypatch.chdir(SMOOTHING.parent)
    assert suite.find(suite.Path("smoothing")) == SMOOTHING


@pytest.mark.parametrize(("name", "takes"), [("predict", True), ("cost_surface", True)])
def test_an_operation_with_a_data_keyword_takes_data(name, takes):
    operation = next(each for each in kernels.OPERATIONS if each.name == name)
    assert suite.takes_data(operation) is takes


def test_exact_sizes_are_small_and_odd_where_a_suite_states_none(tmp_path):
    operation = suite.load(write_suite(tmp_path)).operations["double"]
    assert suite.exact_sizes(operation) == {"m": 129}
    assert suite.exact_sizes(suite.load(SMOOTHING).operations["smooth"]) == {"length": 129, "width": 7}


@pytest.mark.needs("torch")
def test_loading_the_built_in_suite_imports_no_framework():
    script = "import sys; from rooflinear.bench.suites import suite; suite.load(suite.find(None)); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "tensorflow", "jax", "numba", "sklearn"} & set(loaded)
