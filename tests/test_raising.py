import pytest

from clipgen.errors import ImageError, SettingsError
from raising import refused


@pytest.mark.parametrize("settings", [["steps"], ["size", "steps"], []])
def test_an_error_of_other_settings_is_a_failure(settings: list[str]) -> None:
    with refused(SettingsError, *settings):
        raise SettingsError("size is 0", settings=settings)
    with pytest.raises(AssertionError), refused(SettingsError, "size"):
        raise SettingsError("size is 0", settings=settings)


def test_an_error_of_another_class_passes_through() -> None:
    with pytest.raises(SettingsError), refused(ImageError, "size"):
        raise SettingsError("size is 0", settings=["size"])
