"""The section [preflight]: what is sent before a conference, and which numbers still make one possible.

Sources of the defaults are named in docs/preflight.md.
"""

from typing import Annotated, Self

from pydantic import Field, Strict, model_validator

from netwatch.settings_base import Seconds, Section, count
from netwatch.settings_faults import refuse

Ratio = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]
Opinion = Annotated[float, Strict(), Field(ge=1, le=4.5, allow_inf_nan=False)]
Impairment = Annotated[float, Strict(), Field(ge=0, le=95, allow_inf_nan=False)]
Robustness = Annotated[float, Strict(), Field(gt=0, le=1000, allow_inf_nan=False)]
Bits = Annotated[int, count(0, 10**12)]
# What grows worse as it grows; of the others, caution is the higher number.
_RISING = ("rtt", "jitter", "loss")
_FALLING = ("opinion", "headroom", "runtime")


class PreflightSettings(Section):
    """Bursts, and the bounds of go (`_caution`: beyond it caution) and of caution (`_no_go`: beyond it no-go)."""

    echoes: Annotated[int, count(2, 100)] = 50
    spacing: Annotated[float, Strict(), Field(ge=0.01, le=1.0, allow_inf_nan=False)] = 0.02
    wait: Seconds = 1.0
    voice_bytes: Annotated[int, count(16, 1400)] = 200
    voice_dscp: Annotated[int, count(0, 63)] = 46
    video_bytes: Annotated[int, count(16, 1400)] = 1000
    video_dscp: Annotated[int, count(0, 63)] = 34
    most_seconds: Annotated[float, Strict(), Field(ge=3, le=60, allow_inf_nan=False)] = 12.0
    counter_seconds: Annotated[float, Strict(), Field(ge=1, le=60, allow_inf_nan=False)] = 5.0
    rtt_caution: Seconds = 0.15
    rtt_no_go: Seconds = 0.3
    jitter_caution: Seconds = 0.03
    jitter_no_go: Seconds = 0.05
    loss_caution: Ratio = 0.001
    loss_no_go: Ratio = 0.01
    opinion_caution: Opinion = 3.6
    opinion_no_go: Opinion = 3.1
    headroom_caution: Bits = 1_024_000
    headroom_no_go: Bits = 384_000
    runtime_caution: Seconds = 3600.0
    runtime_no_go: Seconds = 600.0
    codec_impairment: Impairment = 0.0
    codec_robustness: Robustness = 4.3

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in (*_RISING, *_FALLING):
            caution, no_go = getattr(self, f"{name}_caution"), getattr(self, f"{name}_no_go")
            if (no_go < caution) if name in _RISING else (no_go > caution):
                refuse(
                    "{worse} must not be better than {better}: no-go begins where caution ends.",
                    worse=f"preflight.{name}_no_go",
                    better=f"preflight.{name}_caution",
                )
        return self
