from PIL import Image

from clipgen.web.studio.previews import PAUSE, SHARE, Previews


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def picture() -> Image.Image:
    return Image.new("RGB", (32, 32))


def test_previews_take_a_bounded_share_of_the_run() -> None:
    clock, previews, spent = Clock(), Previews(), 0.0
    previews.clock = clock

    def slow() -> list[Image.Image]:
        nonlocal spent
        clock.now += 0.1
        spent += 0.1
        return [picture()]

    for step in range(1000):
        clock.now += 0.05
        previews.offer("job", step, slow)
    assert 0.5 * SHARE < spent / (clock.now - 100) <= SHARE


def test_fast_previews_pause() -> None:
    clock, previews = Clock(), Previews()
    previews.clock = clock
    made = 0
    for step in range(100):
        made += previews.offer("job", step, lambda: [picture()])
        clock.now += PAUSE / 4
    assert 15 <= made <= 25


def test_an_ended_job_has_no_previews() -> None:
    previews = Previews()
    previews.offer("job", 1, lambda: [picture(), picture()])
    assert previews.get("job", 1) and previews.get("job", 2) is None
    previews.forget("job")
    assert previews.get("job", 1) is None
