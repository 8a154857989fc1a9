"""How good a forecast was: the measures of accuracy, each with its source."""

import numpy as np

from stillage.forecasting.series import Floats


def scaled_error(real: Floats, told: Floats, history: Floats) -> Floats:
    """MASE of each item (Hyndman and Koehler 2006): mean absolute error over the weeks ahead, in the mean absolute
    change from week to week of its history. NaN for an item that never changed.
    """
    scale = np.nanmean(np.abs(np.diff(history, axis=1)), axis=1)
    error = np.abs(real - told).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(scale > 0, error / scale, np.nan)
    return found


def weighted_error(real: Floats, told: Floats) -> float:
    """WAPE: all absolute errors over all demand."""
    return float(np.abs(real - told).sum() / real.sum())


def bias(real: Floats, told: Floats) -> float:
    """By how much more was told than came, as a part of what came."""
    return float((told - real).sum() / real.sum())


def coverage(real: Floats, quantile: Floats) -> float:
    """How often demand stayed within a quantile; of a P95 it should be .95."""
    return float((real <= quantile + 1e-9).mean())


def pinball(real: Floats, quantile: Floats, level: float) -> float:
    """Pinball loss (Koenker and Bassett 1978) over all demand."""
    over = real - quantile
    return float(np.maximum(level * over, (level - 1) * over).sum() / real.sum())


def seasonal_naive(history: Floats, horizon: int, season: int = 52) -> Floats:
    """What was a year ago; where there is no year yet, the mean so far."""
    mean = np.nan_to_num(np.nanmean(history, axis=1))[:, None]
    if history.shape[1] < season:
        return np.repeat(mean, horizon, axis=1)
    steps = [history[:, -season + (step % season)] for step in range(horizon)]
    before = np.stack(steps, axis=1)
    return np.where(np.isnan(before), mean, before)


def moving_average(history: Floats, horizon: int, weeks: int = 13) -> Floats:
    """The mean of the last quarter, for every week ahead."""
    mean = np.nan_to_num(np.nanmean(history[:, -weeks:], axis=1))[:, None]
    return np.repeat(mean, horizon, axis=1)
