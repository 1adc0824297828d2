"""What other tools read stays as documented."""

import json
from pathlib import Path

from rooflinear.bench.commands.schemas import schemas

DOCUMENTED = Path(__file__).resolve().parents[3] / "docs" / "schemas.json"


def test_the_documented_schemas_are_those_of_the_records():
    assert json.loads(DOCUMENTED.read_text()) == schemas(), "run 'make schemas' and tell readers of the files"
