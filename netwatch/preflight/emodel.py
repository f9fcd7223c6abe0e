"""Voice quality estimated by the E-model: ITU-T G.107 (06/2015), all of it but the fullband extensions. Pure.

R is the transmission rating, MOS the mean opinion score that people would give (1 to 4.5). An estimate: it knows
delay, loss and codec, not the people, the room or the microphones. Values not measured are the defaults of table 2.
"""

from dataclasses import dataclass
from math import exp, log10, sqrt

_MOST_MOS = 4.5
_NO_SIDETONE = 20.0
_LOUD_SIDETONE = 9.0


@dataclass(frozen=True, slots=True)
class Talk:
    """The parameters of G.107 table 2 under their names there; delays in milliseconds, loss `ppl` in percent.

    `ta` is the one-way delay without echo, `t` that from the point where echo arises, `tr` the round trip of the
    listener's echo. `bpl` is the codec's robustness against loss and `ie` its own impairment (G.113).
    """

    ta: float = 0.0
    t: float = 0.0
    tr: float = 0.0
    ppl: float = 0.0
    slr: float = 8.0
    rlr: float = 2.0
    stmr: float = 15.0
    lstr: float = 18.0
    ds: float = 3.0
    dr: float = 3.0
    telr: float = 65.0
    wepl: float = 110.0
    qdu: float = 1.0
    nc: float = -70.0
    nfor: float = -64.0
    ps: float = 35.0
    pr: float = 35.0
    ie: float = 0.0
    bpl: float = 4.3
    burst_r: float = 1.0
    a: float = 0.0
    delay_sensitivity: float = 1.0
    delay_threshold: float = 100.0


def over(one_way_ms: float, loss_percent: float, *, ie: float = 0.0, bpl: float = 4.3) -> Talk:
    """A talk over a path of this delay in each direction and this loss, with the echo that remains by default."""
    return Talk(ta=one_way_ms, t=one_way_ms, tr=2 * one_way_ms, ppl=loss_percent, ie=ie, bpl=bpl)


def rating(talk: Talk) -> float:
    """R, 93.2 with all defaults; it may be below 0 and above 100."""
    noise = _noise(talk)
    ro = 15 - 1.5 * (talk.slr + noise)
    sidetone = _sidetone(talk)
    simultaneous = _loudness(talk, noise) + sidetone + _quantizing(talk, ro)
    delay = _talker_echo(talk, noise, sidetone) + _listener_echo(talk, ro) + _absolute_delay(talk)
    return ro - simultaneous - delay - _equipment(talk) + talk.a


def opinion(r: float) -> float:
    """MOS of a rating, 1 to 4.5 (G.107 annex B)."""
    if r <= 0:
        return 1.0
    if r >= 100:
        return _MOST_MOS
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def _noise(talk: Talk) -> float:
    """No, the sum of all noise at the 0 dBr point (clause 7.2), in dBm0p."""
    olr = talk.slr + talk.rlr
    sending = talk.ps - talk.slr - talk.ds - 100 + 0.004 * (talk.ps - olr - talk.ds - 14) ** 2
    effective = talk.pr + 10 * log10(1 + 10 ** ((10 - talk.lstr) / 10))
    receiving = talk.rlr - 121 + effective + 0.008 * (effective - 35) ** 2
    floor = talk.nfor + talk.rlr
    return 10 * log10(sum(10 ** (part / 10) for part in (talk.nc, sending, receiving, floor)))


def _loudness(talk: Talk, noise: float) -> float:
    """Iolr (clause 7.3): too low a loudness."""
    x = (talk.slr + talk.rlr + 0.2 * (64 + noise - talk.rlr)) / 8
    return float(20 * ((1 + x**8) ** (1 / 8) - x))


def _sidetone(talk: Talk) -> float:
    """Ist (clause 7.3): sidetone that is not optimal."""
    stmr = -10 * log10(10 ** (-talk.stmr / 10) + exp(-talk.t / 4) * 10 ** (-talk.telr / 10))
    return float(
        12 * (1 + ((stmr - 13) / 6) ** 8) ** (1 / 8)
        - 28 * (1 + ((stmr + 1) / 19.4) ** 35) ** (1 / 35)
        - 13 * (1 + ((stmr - 3) / 33) ** 13) ** (1 / 13)
        + 29
    )


def _quantizing(talk: Talk, ro: float) -> float:
    """Iq (clause 7.3): quantizing distortion."""
    q = 37 - 15 * log10(talk.qdu)
    g = 1.07 + 0.258 * q + 0.0602 * q**2
    y = (ro - 100) / 15 + 46 / 8.4 - g / 9
    z = 46 / 30 - g / 40
    return 15 * log10(1 + 10**y + 10**z)


def _talker_echo(talk: Talk, noise: float, sidetone: float) -> float:
    """Idte (clause 7.4)."""
    if talk.t < 1:
        return 0.0
    terv = talk.telr - 40 * log10((1 + talk.t / 10) / (1 + talk.t / 150)) + 6 * exp(-0.3 * talk.t**2)
    if talk.stmr < _LOUD_SIDETONE:
        terv += sidetone / 2
    half = (-1.5 * (noise - talk.rlr) - (80 + 2.5 * (terv - 14))) / 2
    echo = (half + sqrt(half**2 + 100) - 1) * (1 - exp(-talk.t))
    return sqrt(echo**2 + sidetone**2) if talk.stmr > _NO_SIDETONE else echo


def _listener_echo(talk: Talk, ro: float) -> float:
    """Idle (clause 7.4)."""
    half = (ro - 10.5 * (talk.wepl + 7) * (talk.tr + 1) ** -0.25) / 2
    return float(half + sqrt(half**2 + 169))


def _absolute_delay(talk: Talk) -> float:
    """Idd (clause 7.4): delay that hinders talking even without echo."""
    if talk.ta <= talk.delay_threshold:
        return 0.0
    x = log10(talk.ta / talk.delay_threshold) / log10(2)
    power = 6 * talk.delay_sensitivity
    return float(25 * ((1 + x**power) ** (1 / power) - 3 * (1 + (x / 3) ** power) ** (1 / power) + 2))


def _equipment(talk: Talk) -> float:
    """Ie-eff (clause 7.5): what the codec makes of loss."""
    share = talk.ppl / talk.burst_r + talk.bpl
    return talk.ie + ((95 - talk.ie) * talk.ppl / share if share else 0.0)
