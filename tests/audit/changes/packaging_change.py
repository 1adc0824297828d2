"""Parsing requirements: 2 to 3 times faster in 26.0, which compiles its expressions once (pull request 1019).

The pull request measured a bare name. The project's own suite, of asv, is in none of its source distributions.
"""

import pytest
from packaging.requirements import Requirement

REQUIREMENTS = {
    "name": "typing-extensions",
    "versions": "numpy>=1.26,<3",
    "extras": "requests[security,socks]>=2.32,!=2.32.1",
    "marker": 'importlib-metadata>=6; python_version < "3.12"',
    "url": "pip @ https://example.com/pip-24.0.tar.gz",
}


@pytest.mark.parametrize("kind", REQUIREMENTS)
def test_requirement(benchmark, kind):
    assert benchmark(Requirement, REQUIREMENTS[kind]).name in REQUIREMENTS[kind]
