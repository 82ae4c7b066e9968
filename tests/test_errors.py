import pytest

from clipgen import errors
from clipgen.errors import ClipgenError, UnknownNameError


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("PromptError", ValueError),
        ("SettingsError", ValueError),
        ("UnknownNameError", ValueError),
        ("WeightsError", OSError),
        ("ImageError", OSError),
        ("OutputError", OSError),
        ("DeviceError", RuntimeError),
        ("NonFiniteError", RuntimeError),
    ],
)
def test_every_error_is_a_clipgen_error_and_a_builtin_one(name: str, builtin: type[Exception]) -> None:
    error = getattr(errors, name)
    assert issubclass(error, ClipgenError) and issubclass(error, builtin)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert kinds and [kind.__name__ for kind in kinds if kind.__name__ not in str(errors.__doc__)] == []


def test_unknown_name_lists_the_choices_and_the_closest() -> None:
    message = str(UnknownNameError.of("optimizer", "Adm", ["adam", "sgd"]))
    assert message == "unknown optimizer 'Adm'; did you mean 'adam'? choose from: adam, sgd"


def test_unknown_name_guesses_nothing_when_nothing_is_close() -> None:
    message = str(UnknownNameError.of("optimizer", "xyz", ["adam", "sgd"]))
    assert message == "unknown optimizer 'xyz'; choose from: adam, sgd"
