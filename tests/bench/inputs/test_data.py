"""Numbers come from a seed, a prescribed spectrum or the user's file; a bad file is named with its remedy."""

import numpy as np
import pandas as pd
import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.inputs.data import Conditioned, Table, generator, read_table

HOUSES = pd.DataFrame({"area": [50.0, 70, 90], "rooms": [2, 3, 4], "price": [100.0, 140, 180]})


def refusal(path, target="price"):
    with pytest.raises(UsageError) as caught:
        read_table(str(path), target)
    assert caught.value.exit_status == 2
    return str(caught.value).replace(str(path), "FILE")


def csv(folder, text):
    path = folder / "houses.csv"
    path.write_text(text)
    return path


def saved(folder, suffix):
    path = folder / f"houses{suffix}"
    write = {".csv": lambda: HOUSES.to_csv(path, index=False), ".parquet": lambda: HOUSES.to_parquet(path)}
    write.get(suffix.lower(), lambda: np.save(path, HOUSES.to_numpy()))()
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_is_features_and_target(tmp_path, suffix):
    label, table = read_table(str(saved(tmp_path, suffix)), "price")
    assert label == f"houses{suffix}, target price"
    np.testing.assert_array_equal(table.features, [[50, 2], [70, 3], [90, 4]])
    np.testing.assert_array_equal(table.target, [100, 140, 180])


def test_the_target_may_be_any_column(tmp_path):
    _, table = read_table(str(saved(tmp_path, ".csv")), "area")
    np.testing.assert_array_equal(table.features, [[2, 100], [3, 140], [4, 180]])


def test_columns_of_an_array_are_named_by_their_number(tmp_path):
    _, table = read_table(str(saved(tmp_path, ".npy")), "2")
    np.testing.assert_array_equal(table.target, [100, 140, 180])


def test_a_suffix_may_be_in_capitals(tmp_path):
    path = saved(tmp_path, ".csv")
    assert read_table(str(path.rename(tmp_path / "HOUSES.CSV")), "price")[0] == "HOUSES.CSV, target price"


@pytest.mark.needs("sklearn")
def test_the_bundled_data_has_its_own_target():
    label, table = read_table("diabetes", None)
    assert (label, table.features.shape) == ("diabetes, target target", (442, 10))


def test_a_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "absent.csv").startswith("FILE: no such file; --data takes a .csv")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "houses.csv").mkdir()
    assert refusal(tmp_path / "houses.csv").startswith("FILE: no such file")


@pytest.mark.parametrize("name", ["houses.xlsx", "houses", "houses.csv.gz"])
def test_an_unknown_kind_of_file_is_refused(tmp_path, name):
    assert refusal(tmp_path / name).startswith("FILE: unknown file type")


@pytest.mark.parametrize("text", ["", "\n", "  \n"])
def test_an_empty_file_is_refused(tmp_path, text):
    assert refusal(csv(tmp_path, text)) == "FILE: is empty; give a header line and at least one row"


def test_a_header_without_rows_is_refused(tmp_path):
    assert refusal(csv(tmp_path, "area,price\n")) == "FILE: holds no rows; give at least one sample"


def test_a_malformed_table_is_refused(tmp_path):
    assert refusal(csv(tmp_path, 'a,price\n1,"2\n')).startswith("FILE: cannot be read as csv: ")


@pytest.mark.parametrize("suffix", [".parquet", ".npy"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, suffix):
    path = tmp_path / f"houses{suffix}"
    path.write_text("area,price\n1,2\n")
    assert refusal(path).startswith(f"FILE: cannot be read as {suffix[1:]}: ")


def test_binary_noise_is_refused(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_bytes(bytes(range(128, 256)) * 20)
    assert refusal(path).startswith("FILE: ")


@pytest.mark.parametrize(
    ("cell", "what"),
    [("", "nan"), ("nan", "nan"), ("inf", "inf"), ("-inf", "-inf"), ("1e999", "inf"), ("big", "text ('big')")],
)
@pytest.mark.parametrize("column", ["area", "price"])
def test_what_is_no_finite_number_is_named_with_column_and_row(tmp_path, cell, what, column):
    row = {"area": f"{cell},9", "price": f"9,{cell}"}[column]
    message = refusal(csv(tmp_path, f"area,price\n1,2\n{row}\n3,4\n"))
    assert message.startswith(f"FILE: column '{column}' holds {what} in data row 2 (1 such rows); drop or fill them")


def test_dates_are_no_numbers(tmp_path):
    path = tmp_path / "houses.parquet"
    HOUSES.assign(sold=pd.Timestamp("2020-01-01")).to_parquet(path)
    assert "column 'sold' holds datetime64" in refusal(path)


@pytest.mark.parametrize("dtype", ["Int64", "bool", "float32", "category"])
def test_other_kinds_of_numbers_count(tmp_path, dtype):
    path = tmp_path / "houses.parquet"
    HOUSES.assign(rooms=pd.Series([1, 0, 1]).astype(dtype)).to_parquet(path)
    np.testing.assert_array_equal(read_table(str(path), "price")[1].features[:, 1], [1, 0, 1])


def test_a_target_that_is_absent_gets_the_nearest(tmp_path):
    assert refusal(saved(tmp_path, ".csv"), "prise") == "unknown target in FILE: 'prise'; did you mean 'price'?"


def test_a_target_must_be_named(tmp_path):
    message = refusal(saved(tmp_path, ".csv"), None)
    assert message == "FILE: which column is the target? add --target, one of: area, rooms, price"


def test_a_target_alone_is_no_table(tmp_path):
    assert refusal(csv(tmp_path, "price\n1\n2\n")) == "FILE: has no column besides the target 'price'"


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2), ()])
def test_an_array_must_have_rows_and_columns(tmp_path, shape):
    path = tmp_path / "houses.npy"
    np.save(path, np.zeros(shape))
    assert refusal(path) == f"FILE: cannot be read as npy: shape {shape}; rows and columns are needed"


def test_pickled_objects_are_never_loaded(tmp_path):
    path = tmp_path / "houses.npy"
    np.save(path, np.array([[object()]]), allow_pickle=True)
    assert "cannot be read as npy: Object arrays cannot be loaded" in refusal(path)


def test_complex_numbers_are_refused(tmp_path):
    path = tmp_path / "houses.npy"
    np.save(path, np.array([[1 + 2j, 3]]))
    assert refusal(path, "1").startswith("FILE: column '0' holds complex128; make it a number")


def table(rows=5, columns=3):
    features = np.arange(rows * columns, dtype=float).reshape(rows, columns)
    return Table(features, 1000 + features[:, 0])


def test_rows_are_drawn_with_replacement_and_stay_together():
    features, target = table().sample(np.random.default_rng(0), 100, 3)
    assert (features.shape, target.shape) == ((100, 3), (100,))
    assert {tuple(row) for row in features} == {tuple(row) for row in table().features}
    np.testing.assert_array_equal(target, 1000 + features[:, 0])


def test_a_row_may_be_drawn_more_than_once():
    features, _ = table(rows=100).sample(np.random.default_rng(0), 100, 3)
    assert len(np.unique(features, axis=0)) == pytest.approx(63, abs=12)


def test_fewer_columns_are_the_first_ones():
    features, _ = table().sample(np.random.default_rng(0), 9, 2)
    assert {tuple(row) for row in features} <= {tuple(row[:2]) for row in table().features}


def test_columns_past_the_files_own_are_random():
    features, _ = table().sample(np.random.default_rng(0), 2000, 5)
    added = features[:, 3:]
    assert len(np.unique(added)) == added.size
    np.testing.assert_allclose([added.mean(), added.std()], [0, 1], atol=0.1)


@pytest.mark.parametrize("condition", [1, 10, 1e4, 1e8])
@pytest.mark.parametrize("shape", [(50, 8), (8, 50), (20, 20), (300, 2)])
def test_features_have_the_prescribed_condition_number(shape, condition):
    features, target = Conditioned(condition).sample(np.random.default_rng(1), *shape)
    assert (features.shape, target) == (shape, None)
    assert np.linalg.cond(features) == pytest.approx(condition, rel=1e-8 if condition < 1e8 else 1e-6)


def test_conditioned_features_are_of_the_size_of_gaussian_ones():
    features, _ = Conditioned(1).sample(np.random.default_rng(1), 500, 10)
    assert np.linalg.norm(features, 2) == pytest.approx(np.sqrt(500))


def draw(seed, *words):
    return generator(seed, *words).standard_normal(4).tolist()


def test_the_same_seed_and_purpose_give_the_same_numbers():
    assert draw(7, "main", "gradient", "m=5", "float64") == draw(7, "main", "gradient", "m=5", "float64")


@pytest.mark.parametrize(
    ("seed", "words"), [(8, ["main", "m=5"]), (7, ["fresh", "m=5"]), (7, ["main", "m=6"]), (7, ["mainm=5"]), (7, [])]
)
def test_another_seed_or_purpose_gives_other_numbers(seed, words):
    assert set(draw(7, "main", "m=5")).isdisjoint(draw(seed, *words))
