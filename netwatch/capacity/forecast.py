"""When the peak would cross the limit if it went on as before: a straight line through the last valid days. Pure.

It is only told where there is a trend: a slope that differs from none by more than its own uncertainty (two standard
errors), and that leads over the limit within two years. Weekends make most of the scatter; a line through at least 30
days holds four or more of them.
"""

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from netwatch.capacity.contract import LIMIT_PERCENT, Forecast, Peak, Trend

LEAST, MOST = 30, 60
# Standard errors by which a slope must differ from none.
_ERRORS = 2.0
# Further than this no straight line is believed.
HORIZON_DAYS = 730


def forecast(peaks: Sequence[Peak]) -> Forecast:
    """By the last 30 to 60 valid days; the limit is that of the last one's contracted bandwidth."""
    known = [peak for peak in peaks if peak.judged and peak.p95 is not None][-MOST:]
    if len(known) < LEAST:
        return Forecast(Trend.TOO_FEW, len(known))
    last = known[-1]
    days = [float((peak.day - last.day).days) for peak in known]
    level, slope, error = fitted(days, [peak.p95 or 0.0 for peak in known])
    limit = (last.contracted or 0) * LIMIT_PERCENT / 100
    if level > limit:
        return Forecast(Trend.OVER, len(known), slope)
    if slope <= 0 or slope <= _ERRORS * error or (limit - level) / slope > HORIZON_DAYS:
        return Forecast(Trend.NO_TREND, len(known), slope)
    on = last.day + timedelta(days=math.ceil((limit - level) / slope))
    return Forecast(Trend.CROSSING, len(known), slope, on)


def fitted(days: Sequence[float], values: Sequence[float]) -> tuple[float, float, float]:
    """Level at day 0, slope a day and the slope's standard error, by least squares; three points or more."""
    count = len(days)
    day, value = math.fsum(days) / count, math.fsum(values) / count
    width = math.fsum((each - day) ** 2 for each in days)
    slope = math.fsum((x - day) * (y - value) for x, y in zip(days, values, strict=True)) / width
    level = value - slope * day
    rest = [y - level - slope * x for x, y in zip(days, values, strict=True)]
    # Neighbouring days resemble each other and so tell less than as many free ones: counted by their correlation.
    squares = math.fsum(each**2 for each in rest)
    alike = math.fsum(a * b for a, b in pairwise(rest)) / squares if squares else 0.0
    free = max(1.0, count * (1 - max(0.0, alike)) / (1 + max(0.0, alike)) - 2)
    return level, slope, math.sqrt(squares / free / width)
