"""Many contenders: hidden by name, library and relevance; colours, labels, axes and scales of figures."""

from itertools import combinations

import pytest

POINTS = "#scaling-chart [aria-roledescription=point]"
LABELS = "marks => marks.map((mark) => mark.getAttribute('aria-label').split(',')[0])"


def shown(report, selector="#bars"):
    return [row[0] for row in report.rows(selector)]


@pytest.fixture
def chosen(report):
    report.choose(size="m=1000 n=10", dtype="float64", threads=2)
    report.tab.evaluate("() => { document.getElementById('figures').open = true; }")
    return report


def test_a_name_is_hidden_in_every_figure_and_kept_in_the_address(chosen):
    before = shown(chosen)
    title = chosen.text("#title")
    chosen.act(lambda: chosen.tab.uncheck("[data-shows='name numpy_rows']"))
    assert chosen.state()["hidden"] == "numpy_rows"
    assert shown(chosen) == [name for name in before if name != "numpy_rows"]
    assert "numpy_rows" not in {row[0].strip() for row in chosen.rows("#fractions")}
    assert "numpy_rows" not in chosen.tab.locator(POINTS).evaluate_all(LABELS)
    assert "numpy_rows" not in shown(chosen, "#cases")
    assert "Figures and tables leave out numpy_rows" in chosen.text("#hidden-note")
    assert chosen.text("#title") == title
    chosen.act(lambda: chosen.tab.click("#show-all"))
    assert "hidden" not in chosen.state()
    assert shown(chosen) == before


def test_a_library_is_hidden_by_one_tick(chosen, tables):
    chosen.act(lambda: chosen.tab.uncheck("[data-shows='library numba']"))
    assert set(chosen.state()["hidden"].split(",")) == {"numba", "numba_parallel", "numba_gram"}
    assert not [name for name in shown(chosen) if name.startswith("numba")]
    chosen.act(lambda: chosen.tab.check("[data-shows='name numba']"))
    assert [name for name in shown(chosen) if name.startswith("numba")] == ["numba"]
    assert chosen.tab.locator("[data-shows='library numba']").evaluate("box => box.indeterminate")


def test_only_what_is_near_the_fastest_can_be_shown(chosen):
    times = {row[0]: float(row[2]) for row in chosen.rows("#bars") if row[2] != "—"}
    chosen.act(lambda: chosen.tab.select_option("#choose-near", "10"))
    best = min(times.values())
    assert set(shown(chosen)) == {name for name, time in times.items() if time <= 10 * best}
    assert 1 < len(shown(chosen)) < len(times)
    chosen.choose(size="m=1000 n=10", dtype="float64", threads=2, near="10", hidden="numba")
    assert "numba" not in shown(chosen)


def test_a_scale_may_be_linear(chosen):
    at = "all => all.map((one) => [one.getBoundingClientRect().width, one.closest('tr').children[2].dataset.value])"
    chosen.act(lambda: chosen.tab.select_option("#choose-scale", "linear"))
    pairs = chosen.tab.locator("#bars .fill").evaluate_all(at)
    (most, longest) = max(((float(time), width) for width, time in pairs))
    for width, time in pairs:
        assert width == pytest.approx(max(longest * float(time) / most, 2), abs=4)
    titles = chosen.tab.locator("#scaling-chart svg text").all_text_contents()
    assert "time of one call, linear scale" in titles
    assert "m, a count, linear scale" in titles
    assert "their scale is linear" in chosen.text("#bars-note")
    chosen.act(lambda: chosen.tab.select_option("#choose-scale", ""))
    assert "time of one call, logarithmic scale" in chosen.tab.locator("#scaling-chart svg text").all_text_contents()


def test_every_axis_has_a_title(chosen):
    wanted = {
        "scaling": {"m, a count, logarithmic scale", "time of one call, logarithmic scale"},
        "calls": {"calls, a count, logarithmic scale", "mean time of a call, logarithmic scale"},
        "roofline": {
            "arithmetic per byte moved, flop/B, logarithmic scale",
            "arithmetic per second, logarithmic scale",
        },
    }
    for name, titles in wanted.items():
        assert titles <= set(chosen.tab.locator(f"#{name}-chart svg text").all_text_contents())


def test_a_library_has_one_colour_and_no_two_look_the_same(chosen, tables):
    looks = chosen.tab.locator("#bars tbody th .marker path").evaluate_all(
        "marks => marks.map((one) => [getComputedStyle(one).fill, one.getAttribute('d')].join())"
    )
    assert len(looks) > 10
    assert all(one != other for one, other in combinations(looks, 2))


def test_no_label_of_the_roofline_is_under_a_line_or_a_mark(chosen):
    crossed = chosen.tab.evaluate(
        """() => {
          const svg = document.querySelector('#roofline-chart svg');
          const names = [...svg.querySelectorAll('text')].filter((one) => /B\\/s|flop\\/s$/.test(one.textContent)
            && /^(L|memory|peak)/i.test(one.textContent) && getComputedStyle(one).stroke === 'none');
          const place = (node, x, y) => new DOMPoint(x, y).matrixTransform(node.getScreenCTM());
          const lines = [...svg.querySelectorAll('.mark-line path')].map((path) =>
            Array.from({ length: 400 }, (_, i) => path.getPointAtLength((path.getTotalLength() * i) / 399))
              .map(({ x, y }) => place(path, x, y)));
          const found = [];
          for (const name of names) {
            const box = name.getBBox();
            const back = name.getScreenCTM().inverse();
            for (const line of lines)
              if (line.some((point) => {
                const { x, y } = point.matrixTransform(back);
                return x > box.x && x < box.x + box.width && y > box.y + 2 && y < box.y + box.height - 2;
              })) found.push(name.textContent);
            const marks = [...svg.querySelectorAll('[aria-roledescription=point]')];
            if (marks.some((mark) => name.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING))
              found.push(`${name.textContent} is under a mark`);
          }
          return [names.length, found];
        }"""
    )
    assert crossed[0] >= 2
    assert crossed[1] == []


def test_bars_and_points_lead_to_their_case(chosen, tables):
    here = tables.cases.query(
        "operation == 'gradient' and sizes == 'm=1000 n=10' and threads == 2 and dtype == 'float64'"
    )
    index = int(here.index[here["implementation"] == "torch"][0])
    chosen.tab.evaluate("() => { document.getElementById('figures').open = false; }")
    chosen.act(lambda: chosen.tab.click("#bars tbody th button:has-text('torch') >> nth=0"))
    opened = int(chosen.state()["case"])
    assert tables.cases.loc[opened, "implementation"] in ("torch", "torch_compile")
    assert tables.cases.loc[opened, "sizes"] == "m=1000 n=10"
    chosen.choose(size="m=1000 n=10", dtype="float64", threads=2)
    point = chosen.tab.locator(f"{POINTS}[aria-label^='torch, m 1000:']")
    chosen.act(lambda: point.dispatch_event("click"))
    assert int(chosen.state()["case"]) == index
    chosen.choose(size="m=1000 n=10", dtype="float64", threads=2)
    chosen.act(lambda: chosen.tab.locator("#fractions td button").first.click())
    assert "case" in chosen.state()
    chosen.choose()
