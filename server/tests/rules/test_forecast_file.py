"""`stillage forecast-file`: what it reads, what it refuses, what it writes."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from stillage.__main__ import main
from stillage.forecasting import scoring
from stillage.forecasting.files import FileFault, forecast_into, read_series
from stillage.forecasting.forecast import LEVELS, forecast
from stillage.forecasting.series import Series, from_first_sale, grouped, weeks_of_year

COLUMNS = [
    "item",
    "week",
    "step",
    "mean",
    "p10",
    "p50",
    "p80",
    "p90",
    "p95",
    "p98",
    "p99",
    "cum_mean",
    "cum_p80",
    "cum_p90",
    "cum_p95",
    "cum_p98",
    "cum_p99",
]


def sales(weeks: int = 80) -> pd.DataFrame:
    chance = np.random.default_rng(2)
    ends = pd.date_range("2024-01-07", periods=weeks, freq="7D")
    rows = [
        (item, week, int(chance.poisson(rate)), group)
        for item, rate, group in (("A1", 30, "Ale"), ("A2", 4, "Ale"), ("W1", 0.6, "Wine"))
        for week in ends
    ]
    return pd.DataFrame(rows, columns=["item", "week", "quantity", "category"])


def write(tmp_path: Path, table: pd.DataFrame, name: str = "in.csv") -> Path:
    path = tmp_path / name
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False)
    return path


def test_it_writes_a_row_an_item_and_week_ahead(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    done = CliRunner().invoke(
        main, ["forecast-file", str(write(tmp_path, sales())), str(target), "--horizon", "4", "--quick"]
    )
    assert done.exit_code == 0, done.output
    assert "3 items, 80 weeks to 2025-07-13: 12 rows by the quick way" in done.output
    found = pd.read_csv(target, parse_dates=["week"])
    assert list(found.columns) == COLUMNS
    assert list(found["item"]) == ["A1"] * 4 + ["A2"] * 4 + ["W1"] * 4
    assert list(found["step"][:4]) == [1, 2, 3, 4]
    assert list(found["week"][:2]) == [pd.Timestamp("2025-07-20"), pd.Timestamp("2025-07-27")]
    assert 25 < found["mean"][0] < 36
    assert (found["cum_p99"] >= found["cum_p80"]).all()


def test_csv_and_parquet_tell_the_same(tmp_path: Path) -> None:
    for name in ("in.csv", "in.parquet"):
        write(tmp_path, sales(), name)
        forecast_into(tmp_path / name, tmp_path / f"out-{name}", horizon=8, use_learned=False)
    plain, packed = pd.read_csv(tmp_path / "out-in.csv"), pd.read_parquet(tmp_path / "out-in.parquet")
    np.testing.assert_allclose(plain["cum_p95"], packed["cum_p95"])


def test_nothing_after_the_origin_is_read(tmp_path: Path) -> None:
    table = sales()
    early = table[table["week"] <= "2025-03-02"]
    write(tmp_path, table.assign(quantity=table["quantity"].where(table["week"] <= "2025-03-02", 9_999)))
    write(tmp_path, early, "early.csv")
    origin = dt.date(2025, 3, 6)  # a Thursday: the week before is the last
    for name in ("in", "early"):
        forecast_into(
            tmp_path / f"{name}.csv",
            tmp_path / f"{name}-out.csv",
            horizon=3,
            origin=origin,
            use_learned=False,
        )
    assert (tmp_path / "in-out.csv").read_bytes() == (tmp_path / "early-out.csv").read_bytes()


def test_missing_weeks_are_noughts_after_the_first_and_rows_of_a_week_add_up(tmp_path: Path) -> None:
    rows = [("A", "2025-01-05", 3), ("A", "2025-01-05", 2), ("A", "2025-01-26", 4), ("B", "2025-01-19", 1)]
    path = write(tmp_path, pd.DataFrame(rows, columns=["item", "week", "quantity"]))
    series, last = read_series(path, horizon=2)
    assert last == dt.date(2025, 1, 26)
    np.testing.assert_array_equal(series.demand, [[5, 0, 0, 4], [np.nan, np.nan, 1, 0]])


def test_a_country_that_is_not_known_is_refused_and_a_known_one_counts_its_holidays(tmp_path: Path) -> None:
    source = write(tmp_path, sales())
    with pytest.raises(FileFault, match="holidays of 'XX' are not known"):
        forecast_into(source, tmp_path / "out.csv", horizon=4, use_learned=False, country="XX")
    for name, country in (("plain", None), ("german", "DE")):
        forecast_into(source, tmp_path / f"{name}.csv", horizon=4, use_learned=False, country=country)
    plain, german = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("plain", "german"))
    assert len(plain) == len(german) and not plain["mean"].equals(german["mean"])


def test_all_that_is_wrong_with_a_file_is_said_at_once(tmp_path: Path) -> None:
    rows = [("A", "2025-01-06", 3), (None, "2025-01-05", 2), ("A", "soon", 4), ("B", "2025-01-19", "many")]
    path = write(tmp_path, pd.DataFrame(rows, columns=["item", "week", "quantity"]))
    with pytest.raises(FileFault) as refused:
        read_series(path, horizon=2)
    assert refused.value.faults == [
        "row 3 has no item",
        "row 4 has no date as week",
        "row 2 has a week that does not end on a Sunday",
        "row 5 has no number as quantity",
    ]
    done = CliRunner().invoke(main, ["forecast-file", str(path), str(tmp_path / "out.csv")])
    assert done.exit_code == 1 and "row 5 has no number as quantity" in done.output
    assert not (tmp_path / "out.csv").exists()


def test_a_file_without_the_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="column 'week' is missing"):
        read_series(write(tmp_path, sales().drop(columns="week")), horizon=1)
    broken = tmp_path / "broken.parquet"
    shutil.copy(write(tmp_path, sales()), broken)
    with pytest.raises(FileFault, match=r"broken.parquet cannot be read"):
        read_series(broken, horizon=1)


@pytest.mark.shared_data
def test_real_sales_are_told_better_than_by_last_year_and_p95_holds(shared: Path) -> None:
    """300 items of Iowa over three origins, the quick way; the whole measurement is `load/backtest.py`."""
    days = pd.read_parquet(
        shared / "data" / "iowa_item_day_2012_2021-09.parquet", columns=["item", "date", "bottles"]
    )
    days["date"] = pd.to_datetime(days["date"])
    days = days[(days["date"] > "2016-09-25") & (days["date"] <= "2019-09-29")]
    week = days["date"] + pd.to_timedelta((6 - days["date"].dt.day_of_week) % 7, unit="D")
    table = days.assign(week=week).pivot_table(index="item", columns="week", values="bottles", aggfunc="sum")
    table = table.reindex(columns=pd.date_range("2016-10-02", "2019-09-29", freq="7D")).fillna(0.0)
    sold = table[table.iloc[:, 40:92].sum(axis=1) > 10]
    demand = from_first_sale(sold.sample(300, random_state=1).to_numpy(dtype=float))
    ends = np.datetime64("2016-10-02") + 7 * np.arange(demand.shape[1])
    series = Series(tuple(str(n) for n in range(300)), demand, weeks_of_year(ends, 8), grouped(["all"] * 300))
    ours, naive, hits = [], [], []
    for origin in (120, 134, 147):
        known, real = series.until(origin), demand[:, origin + 1 : origin + 9]
        here = ~np.isnan(real).any(axis=1) & ~np.isnan(demand[:, origin - 60])
        found = forecast(known, 8, use_learned=False)
        ours.append(scoring.scaled_error(real, found.mean, known.demand)[here])
        naive.append(scoring.scaled_error(real, scoring.seasonal_naive(known.demand, 8), known.demand)[here])
        hits.append(
            scoring.coverage(real[here, :3].sum(axis=1), found.total_quantiles[here, 2, LEVELS.index(0.95)])
        )
    assert np.nanmean(np.concatenate(ours)) < 0.82 * np.nanmean(np.concatenate(naive))
    assert 0.93 <= np.mean(hits) <= 0.975
