"""From values to a process chart: segments, limits, special causes, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from kpix_tui.domains.analysis.rules.limits import (
    EXACT,
    Frame,
    frame_of,
    limits_of,
    moving_ranges,
    written,
)
from kpix_tui.domains.analysis.rules.patterns import Seen
from kpix_tui.domains.analysis.rules.profiles import Profile
from kpix_tui.domains.analysis.views import (
    Analysis,
    Assurance,
    Baseline,
    Finding,
    Limits,
    Point,
    Segment,
    Side,
    Variation,
)

Measured = tuple[date, Decimal]
"""The first day of a period and its value."""


def analyse(
    measured: Sequence[Measured],
    profile: Profile,
    *,
    better: Side,
    aim: Decimal | None = None,
    baselines: Sequence[Baseline] = (),
) -> Analysis:
    """What a process chart says of values, oldest first.

    A period without a value is passed over: what nobody measured is no evidence, and the points
    around it follow each other. No range and no pattern reaches over a baseline. ``better`` is the
    side on which values are better, ON where neither is.
    """
    points: list[Point] = []
    segments: list[Segment] = []
    for first, end, baseline in _stretches(measured, baselines):
        part = measured[first:end]
        frame = frame_of(_base(part, baseline), profile)
        points += _points(part, frame, profile, better)
        segments.append(Segment(first, end, baseline, points[-1].limits))
    return Analysis(
        profile.name,
        tuple(points),
        tuple(segments),
        points[-1].variation if points else Variation.COMMON,
        assurance(points[-1].limits if points else None, aim, better),
    )


def assurance(limits: Limits | None, aim: Decimal | None, better: Side) -> Assurance | None:
    """Whether all, none or some of what the limits expect is as good as ``aim``.

    A limit that is what is aimed at leaves it open, as in NHSRplotthedots. None: there is nothing
    to compare.
    """
    if limits is None or aim is None or better is Side.ON:
        return None
    if limits.lower <= aim <= limits.upper:
        return Assurance.HIT_OR_MISS
    above = aim < limits.lower
    return Assurance.PASSES if above is (better is Side.ABOVE) else Assurance.FAILS


def _stretches(
    measured: Sequence[Measured], baselines: Sequence[Baseline]
) -> Iterator[tuple[int, int, Baseline | None]]:
    """Where each process begins and ends; those without a value are left out."""
    first, current = 0, None
    for baseline in sorted(baselines, key=lambda each: each.starts_on):
        end = first
        while end < len(measured) and measured[end][0] < baseline.starts_on:
            end += 1
        if end > first:
            yield first, end, current
        first, current = end, baseline
    if first < len(measured):
        yield first, len(measured), current


def _base(part: Sequence[Measured], baseline: Baseline | None) -> list[Decimal]:
    last = baseline.ends_on if baseline else None
    return [value for day, value in part if last is None or day <= last]


def _points(
    part: Sequence[Measured], frame: Frame | None, profile: Profile, better: Side
) -> Iterator[Point]:
    values = [value for _day, value in part]
    ranges = moving_ranges(values)
    before: list[Decimal | None] = [None, *ranges]
    if frame is None:
        for (day, value), each in zip(part, before, strict=True):
            yield Point(day, value, None, Side.ON, each, (), Variation.COMMON)
        return
    seen = _seen(values, ranges, frame)
    found = _findings(seen, profile)
    flat = None if frame.slope else limits_of(frame)
    for position, (day, value) in enumerate(part):
        findings = found.get(position, ())
        yield Point(
            day,
            value,
            flat or limits_of(frame, position),
            seen.sides[position],
            before[position],
            findings,
            _variation(findings, better),
        )


def _seen(values: Sequence[Decimal], ranges: Sequence[Decimal], frame: Frame) -> Seen:
    """The points as the patterns look at them: a line that rises is laid flat."""
    if frame.slope:
        with localcontext(EXACT):
            values = [
                value - written(frame.slope * position) for position, value in enumerate(values)
            ]
    centre = frame.line(Fraction(0))
    sides = [
        Side.ABOVE if value > centre else Side.BELOW if value < centre else Side.ON
        for value in values
    ]
    return Seen(
        values,
        sides,
        lambda share: (frame.line(-share), frame.line(share)),
        ranges,
        written(frame.upper_range),
    )


def _findings(seen: Seen, profile: Profile) -> dict[int, tuple[Finding, ...]]:
    found: dict[int, list[Finding]] = {}
    for pattern in profile.patterns:
        for position, finding in pattern.find(seen):
            named = found.setdefault(position, [])
            if finding not in named:
                named.append(finding)
    return {position: tuple(named) for position, named in found.items()}


def _variation(findings: Sequence[Finding], better: Side) -> Variation:
    """What a point says: by where it is, in a trend by where the trend goes (NHSRplotthedots)."""
    if not findings:
        return Variation.COMMON
    side = findings[0].side
    if side is Side.ON or better is Side.ON:
        return Variation.NEUTRAL
    return Variation.IMPROVEMENT if side is better else Variation.CONCERN
