"""A player that downloads a lesson over a simulated line: how long it takes to start, and for how long it stalls.

It decides as hls.js does by default. It starts with the first variant listed, or, where a smaller one has fewer frames
per second, with the best of those; it estimates the line by two moving averages of its downloads (half-lives of 3 s and
9 s of downloading, the lower one counts), goes up where 0.7 of the estimate is enough and down where 0.95 is not, gives a
segment up that would come too late, and keeps 30 s of film ahead.
"""

import dataclasses
import math
import pathlib
import re

# Seconds of film that a player has ahead before it pauses its downloads.
AHEAD = 30
UP, DOWN = 0.7, 0.95
DEFAULT_ESTIMATE, HIGHEST_FIRST_ESTIMATE = 500_000, 5_000_000
# Longest time that a player lets the first segments of another rendition take, seconds.
PATIENCE = 4
# Bytes of an answer's header, and how far compression shrinks a playlist.
HEADER, SHRINK = 500, 8
TICK = 0.1


@dataclasses.dataclass
class Rendition:
    """One variant of a lesson, measured on disk."""

    name: str
    height: int
    frame_rate: float
    peak: int
    average: int
    playlist: int  # bytes
    segments: list[tuple[float, int]]  # seconds, bytes


@dataclasses.dataclass
class Lesson:
    playlist: int  # bytes
    first: int  # the variant listed first, by its place in `renditions`
    renditions: list[Rendition]  # from the smallest to the largest


@dataclasses.dataclass
class Line:
    rate: int  # bits per second
    delay: float  # seconds from a request to its answer's first byte


@dataclasses.dataclass
class Session:
    """What a viewer has seen."""

    start: float = 0.0  # seconds
    stalled: float = 0.0
    played: float = 0.0
    heights: dict = dataclasses.field(default_factory=dict)  # seconds of film by height

    @property
    def share(self):
        return self.stalled / max(0.001, self.stalled + self.played)


def read_lesson(directory):
    """A lesson as it lies on disk: a multivariant playlist, or the playlist of its one rendition."""
    directory = pathlib.Path(directory)
    text = (directory / "output.m3u8").read_text()
    lines = text.splitlines()
    if "#EXT-X-STREAM-INF" not in text:
        return Lesson(0, 0, [rendition(directory, "output.m3u8", "")])
    found = [
        rendition(directory, lines[number + 1], line)
        for number, line in enumerate(lines)
        if line.startswith("#EXT-X-STREAM-INF:")
    ]
    rising = sorted(found, key=lambda each: (each.height, each.frame_rate, each.average))
    return Lesson(len(text), rising.index(found[0]), rising)


def rendition(directory, name, tag):
    text = (directory / name).read_text()
    lines = text.splitlines()
    segments = [
        (float(line[8:].split(",")[0]), (directory / lines[number + 1]).stat().st_size)
        for number, line in enumerate(lines)
        if line.startswith("#EXTINF:")
    ]
    bits, seconds = (
        8 * sum(size for _, size in segments),
        sum(duration for duration, _ in segments),
    )
    peak = max(8 * size / duration for duration, size in segments)

    def number(pattern, other):
        match = re.search(pattern, tag)
        return float(match[1]) if match else other

    sides = re.search(r"RESOLUTION=(\d+)x(\d+)", tag)
    return Rendition(
        name,
        min(map(int, sides.groups())) if sides else 0,
        number(r"FRAME-RATE=([0-9.]+)", 0),
        number(r":BANDWIDTH=(\d+)", round(peak)),
        number(r"AVERAGE-BANDWIDTH=(\d+)", round(bits / seconds)),
        len(text),
        segments,
    )


class Estimate:
    """Bits per second of the line, by what was downloaded."""

    def __init__(self, first):
        self.first = first
        self.averages = {3: [0.0, 0.0], 9: [0.0, 0.0]}  # half-life: average, weight

    def add(self, seconds, size):
        seconds = max(seconds, 0.05)
        for half_life, average in self.averages.items():
            fading = math.exp(math.log(0.5) / half_life) ** seconds
            average[0] = fading * average[0] + (1 - fading) * 8 * size / seconds
            average[1] += seconds

    def value(self):
        found = [
            average / (1 - math.exp(math.log(0.5) / half_life) ** weight)
            for half_life, (average, weight) in self.averages.items()
            if weight
        ]
        return min(found) if found else self.first


class Player:
    """Plays `lesson` over `line` for `seconds` of film; a lesson that is shorter begins again."""

    def __init__(self, lesson, line, seconds=300):
        self.lesson, self.line, self.seconds = lesson, line, seconds
        self.clock = self.ahead = 0.0
        self.is_playing = False
        self.session = Session()
        first = lesson.renditions[lesson.first].peak
        self.estimate = Estimate(min(max(DEFAULT_ESTIMATE, first), HIGHEST_FIRST_ESTIMATE))
        self.loaded_playlists = set()
        self.level = self.start_level()

    def play(self):
        # Name, connection and encryption of a new host, and the lesson's own playlist.
        self.pass_time(3 * self.line.delay)
        if self.lesson.playlist:
            self.fetch(self.lesson.playlist / SHRINK)
        number, loaded = 0, 0.0
        count = min(len(each.segments) for each in self.lesson.renditions)
        while loaded < self.seconds:
            self.level = self.next_level(number % count) if self.is_playing else self.level
            loaded += self.load(number % count)
            number += 1
            self.pass_time(max(0, self.ahead - AHEAD))
        return self.session

    def start_level(self):
        fewest = min(each.frame_rate for each in self.lesson.renditions)
        for level in reversed(range(len(self.lesson.renditions))):
            rendition = self.lesson.renditions[level]
            is_apart = level <= self.lesson.first and rendition.frame_rate > fewest
            if not is_apart and rendition.peak <= self.estimate.value():
                return level
        return self.lesson.first

    # The clock

    def pass_time(self, seconds):
        self.clock += seconds
        if not self.is_playing:
            return
        played = min(seconds, self.ahead)
        self.ahead -= played
        self.session.played += played
        self.session.stalled += seconds - played

    def fetch(self, size):
        """Bytes that are no part of the film."""
        self.pass_time(self.line.delay + 8 * (size + HEADER) / self.line.rate)

    # The film

    def load(self, number):
        """One segment, of a lower rendition where it would come too late; answers its seconds of film."""
        self.load_playlist()
        while self.give_up_after(number) is not None:
            waited, level = self.give_up_after(number)
            self.pass_time(waited)
            self.estimate.add(
                waited - self.line.delay,
                (waited - self.line.delay) * self.line.rate / 8,
            )
            self.level = level
            self.load_playlist()
        duration, size = self.lesson.renditions[self.level].segments[number]
        took = 8 * (size + HEADER) / self.line.rate
        self.pass_time(self.line.delay + took)
        self.estimate.add(took, size)
        if not self.is_playing:
            self.is_playing = True
            self.session.start = self.clock
        self.ahead += duration
        height = self.lesson.renditions[self.level].height
        self.session.heights[height] = self.session.heights.get(height, 0) + duration
        return duration

    def load_playlist(self):
        """The rendition's playlist and key, where this is the first time."""
        if self.level in self.loaded_playlists:
            return
        self.loaded_playlists.add(self.level)
        self.fetch(self.lesson.renditions[self.level].playlist / SHRINK)
        self.fetch(16)

    def give_up_after(self, number):
        """Seconds after which the segment is given up, and for which rendition; None where it is loaded to its end."""
        if not self.is_playing or self.level == 0:
            return None
        duration, size = self.lesson.renditions[self.level].segments[number]
        whole = 8 * size / self.line.rate
        waited = duration / 2
        while waited < whole + self.line.delay:
            left, ahead = whole + self.line.delay - waited, max(0, self.ahead - waited)
            for level in reversed(range(self.level)):
                other = duration * self.lesson.renditions[level].peak / self.line.rate + self.line.delay
                if other < min(ahead, duration + self.line.delay):
                    break
            if left > ahead and other < left and other <= 10 * duration:
                return waited, level
            waited += TICK
        return None

    def next_level(self, number):
        """The highest rendition that the line is good for and whose segment comes before the film runs out."""
        best = self.best_level(number, self.ahead, is_calm=self.ahead >= 2 * self.duration(number))
        return best if best is not None else self.best_level(number, self.ahead + PATIENCE, is_calm=False) or 0

    def best_level(self, number, time, is_calm):
        for level in reversed(range(len(self.lesson.renditions))):
            rendition = self.lesson.renditions[level]
            rate = self.estimate.value() * (DOWN if level <= self.level else UP)
            needed = rendition.average if is_calm else rendition.peak
            if rate >= needed and self.line.delay + needed * self.duration(number) / rate < time:
                return level
        return None

    def duration(self, number):
        return self.lesson.renditions[self.level].segments[number][0]
