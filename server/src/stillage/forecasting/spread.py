"""The same forecast on several machines: parts of items through fugue, on Dask or on whatever else fugue can run on.

A part is forecast by the same function with the same numbers wherever it is; only the parts travel. fugue and Dask are
not needed to run Stillage: `pip install -c requirements/dev.txt fugue dask distributed` on every machine.
"""

import base64
import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from stillage.forecasting.forecast import Forecast, check, chunks, forecast_chunk, joined
from stillage.forecasting.series import Series

ENGINES = ("local", "dask")
WORKERS = 2


def forecast_spread(
    series: Series, horizon: int, *, engine: Any, use_learned: bool = True, seed: int = 0
) -> Forecast:
    """Forecast on an engine that fugue knows: a Dask client, or a name such as "native". Raises ValueError as
    `forecast` does.
    """
    from fugue.workflow.api import transform

    check(series, horizon)
    parts = chunks(series)
    asked = pd.DataFrame(
        {
            "part": np.arange(len(parts)),
            "asked": [_packed((series.of(part), horizon, use_learned, seed)) for part in parts],
        }
    )
    told = transform(
        asked,
        forecast_part,
        schema="part:long,told:str",
        partition={"by": "part", "num": len(parts), "algo": "even"},
        engine=engine,
        as_local=True,
    )
    rows = pd.DataFrame(told).sort_values("part")
    return joined(series, parts, (_unpacked(one) for one in rows["told"]))


def forecast_part(asked: pd.DataFrame) -> pd.DataFrame:
    """Runs where the work is done: one part in, its forecast out."""
    told = []
    for one in asked["asked"]:
        series, horizon, use_learned, seed = _unpacked(one)
        found = forecast_chunk(series, horizon, use_learned=use_learned, seed=seed, threads=1)
        told.append(_packed(found))
    return pd.DataFrame({"part": asked["part"].to_numpy(), "told": told})


def _packed(value: object) -> str:
    """Text, because data frames of Dask take bytes for text that is broken."""
    return base64.b64encode(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)).decode("ascii")


def _unpacked(text: str) -> Any:
    # Both ends are ours: whoever can send this can have a worker of Dask do anything anyway.
    return pickle.loads(base64.b64decode(text))  # noqa: S301


@contextmanager
def dask_client(address: str | None = None, *, workers: int = WORKERS) -> Iterator[Any]:
    """A client of the cluster at an address, or of one of this machine's own processes that ends with it."""
    import distributed

    client_of: Any = distributed.Client
    cluster_of: Any = distributed.LocalCluster

    if address is not None:
        with client_of(address) as client:
            yield client
        return
    with (
        cluster_of(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as cluster,
        client_of(cluster) as client,
    ):
        yield client
