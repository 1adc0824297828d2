"""Tables that are easily read wrongly are refused, and told how to be mended."""

import datetime

import numpy as np
import pandas as pd
import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.inputs.data import read_table

DATES = {
    "period[M]": pd.period_range("2020-01", periods=3, freq="M"),
    "datetime64[": pd.date_range("2020-01-01", periods=3),
    "datetime64[ns, Europe/Berlin]": pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin", unit="ns"),
    "timedelta64[": pd.to_timedelta([1, 2, 3], unit="D"),
    "date objects": [datetime.date(2020, 1, 1)] * 3,
    "time objects": [datetime.time(1, 2)] * 3,
    "interval[": pd.interval_range(0, 3),
    "bytes objects": [b"1", b"2", b"3"],
}


def refusal(path, target="price"):
    with pytest.raises(UsageError) as caught:
        read_table(str(path), target)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path), "FILE")


def csv(folder, text, encoding="utf-8"):
    path = folder / "houses.csv"
    path.write_bytes(text.encode(encoding))
    return path


def parquet(folder, **columns):
    path = folder / "houses.parquet"
    pd.DataFrame({"price": [1.0, 2, 3], **columns}).to_parquet(path)
    return path


@pytest.mark.parametrize(
    ("text", "what", "options"),
    [
        ("area;price\n50;100\n70;140\n", "semicolons", "sep=';'"),
        ("area;price\n50,5;100\n70;140\n", "semicolons, decimals by commas", "sep=';', decimal=','"),
        ("area, m;price\n1;50,5\n2;60,5\n3;7\n", "semicolons, decimals by commas", "sep=';', decimal=','"),
        ("area\tprice\n50\t100\n", "tabs", "sep='\\t'"),
        ("area|price\n50|100\n", "'|'", "sep='|'"),
    ],
)
def test_another_separator_is_told_with_what_reads_it(tmp_path, text, what, options):
    path = csv(tmp_path, text)
    rewrite = f"pandas.read_csv('houses.csv', {options}).to_csv('new.csv', index=False)"
    assert refusal(path) == f"FILE: columns are separated by {what}; rewrite it with {rewrite}"


def test_what_is_told_of_another_separator_helps(tmp_path, monkeypatch):
    message = refusal(csv(tmp_path, "area;price\n50,5;100\n70;140\n"))
    monkeypatch.chdir(tmp_path)
    eval(message.partition("rewrite it with ")[2], {"pandas": pd})
    np.testing.assert_array_equal(read_table("new.csv", "price")[1].features, [[50.5], [70]])


def test_semicolons_within_a_table_of_commas_are_text(tmp_path):
    assert refusal(csv(tmp_path, "area,price\n1;2,3\n4;5,6\n")).startswith("FILE: column 'area' holds text ('1;2')")


@pytest.mark.parametrize("cell", ['"1,5"', '"1,234,567"'])
def test_a_comma_within_a_number_is_told(tmp_path, cell):
    message = refusal(csv(tmp_path, f"area,price\n1,2\n{cell},9\n"))
    assert message.endswith("write numbers with a decimal point and without thousands separators")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_text_is_told(tmp_path, encoding):
    path = csv(tmp_path, "area,price\n50,100\n", encoding)
    assert refusal(path) == "FILE: is not UTF-8 text but looks like UTF-16; save it as UTF-8"


def test_another_encoding_is_told_with_the_byte(tmp_path):
    path = csv(tmp_path, "größe,price\n50,100\n", "latin-1")
    assert refusal(path) == "FILE: is not UTF-8 text (it contains the byte 0xf6); save it as UTF-8"


def test_another_encoding_far_down_is_told_too(tmp_path):
    path = csv(tmp_path, "area,price\n" + "50,100\n" * 9999 + "ö,1\n", "latin-1")
    assert refusal(path).startswith("FILE: is not UTF-8 text")


def test_a_mark_before_utf_8_is_no_part_of_a_name(tmp_path):
    _, table = read_table(str(csv(tmp_path, "\ufeffarea,price\n50,100\n")), "price")
    assert table.names == ("area", "price")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("area,price\n1,2\n1,2,3\n", "line 3 has 3 fields where the header has 2"),
        ("area,price\n1,2,3\n4,5,6\n", "line 2 has 3 fields where the header has 2"),
        ("area,price\n1,2\n\n7\n3,4\n", "line 4 has 1 field where the header has 2"),
        ("area,rooms,price\n1,2,3\n4,5\n", "line 3 has 2 fields where the header has 3"),
    ],
)
def test_a_line_with_more_or_fewer_fields_is_told(tmp_path, text, message):
    assert refusal(csv(tmp_path, text)) == f"FILE: {message}"


def test_the_index_that_pandas_writes_is_noticed(tmp_path):
    path = tmp_path / "houses.csv"
    pd.DataFrame({"area": [50.0, 70], "price": [100.0, 140]}).to_csv(path)
    assert refusal(path) == "FILE: column 1 is the index that to_csv writes; write it with index=False"


def test_the_index_of_a_frame_without_its_own_name_is_noticed_in_parquet(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet as file

    table = pa.table({"price": [1.0, 2], "area": [3.0, 4], "__index_level_0__": [0, 1]})
    file.write_table(table, tmp_path / "houses.parquet")
    assert "is the index of a frame" in refusal(tmp_path / "houses.parquet")


def test_a_column_without_a_name_is_told(tmp_path):
    assert refusal(csv(tmp_path, "area,price,\n1,2,\n")) == "FILE: column 3 has no name; give it one"
    assert refusal(csv(tmp_path, ",price\n7,2\n9,3\n")) == "FILE: column 1 has no name; give it one"


def test_a_first_line_of_numbers_is_no_header(tmp_path):
    message = "FILE: its first line holds numbers, not names; add a header line, such as x1,x2,y"
    assert refusal(csv(tmp_path, "1.5,2\n3,4\n"), "2") == message


def test_columns_may_be_numbered_from_0(tmp_path):
    path = tmp_path / "houses.csv"
    pd.DataFrame([[1.0, 2], [3, 4]]).to_csv(path, index=False)
    np.testing.assert_array_equal(read_table(str(path), "1")[1].target, [2, 4])


@pytest.mark.parametrize("header", ["price,area,price", "price, area, price"])
def test_a_target_that_is_there_twice_is_refused(tmp_path, header):
    message = refusal(csv(tmp_path, f"{header}\n1,2,3\n"))
    assert message == "FILE: columns 1 and 3 are both called 'price', the target; rename one"


def test_a_renamed_twin_is_no_target(tmp_path):
    """pandas would call the third column price.1."""
    assert refusal(csv(tmp_path, "price,area,price\n1,2,3\n"), "price.1").startswith(
        "unknown target in FILE: 'price.1'"
    )


def test_features_that_share_a_name_are_two_columns(tmp_path):
    _, table = read_table(str(csv(tmp_path, "area,area,price\n1,2,3\n4,5,6\n")), "price")
    np.testing.assert_array_equal(table.features, [[1, 2], [4, 5]])


def test_a_name_that_is_twice_in_parquet_is_refused(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet as file

    file.write_table(pa.table([[1, 2], [3, 4]], names=["price", "price"]), tmp_path / "houses.parquet")
    assert refusal(tmp_path / "houses.parquet") == "FILE: two columns are called 'price'; rename one"


@pytest.mark.parametrize("what", DATES)
def test_what_is_no_number_in_parquet_is_named(tmp_path, what):
    message = refusal(parquet(tmp_path, sold=DATES[what]))
    assert message.startswith(f"FILE: column 'sold' holds {what}")
    assert message.endswith("make it a number, or leave the column out")


def test_a_category_of_dates_is_no_number(tmp_path):
    sold = pd.Series(pd.date_range("2020-01-01", periods=3)).astype("category")
    assert "holds datetime64[" in refusal(parquet(tmp_path, sold=sold))


def test_exact_decimals_and_missing_numbers_are_told_apart(tmp_path):
    from decimal import Decimal

    _, table = read_table(str(parquet(tmp_path, area=[Decimal("1.5"), Decimal(2), Decimal(3)])), "price")
    np.testing.assert_array_equal(table.features[:, 0], [1.5, 2, 3])
    assert "holds None in data row 2" in refusal(parquet(tmp_path, area=[Decimal("1.5"), None, Decimal(3)]))
