import ast
import pickle
import re
from pathlib import Path

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


def test_a_name_of_a_damaged_file_is_cut_and_not_compared_for_seconds() -> None:
    message = str(UnknownNameError.of("setting", "seed" + 100_000 * "(", [f"setting {i}" for i in range(50)]))
    assert message.startswith("unknown setting 'seed(((") and "…'" in message and len(message) < 500


def test_unknown_name_guesses_nothing_when_nothing_is_close() -> None:
    message = str(UnknownNameError.of("optimizer", "xyz", ["adam", "sgd"]))
    assert message == "unknown optimizer 'xyz'; choose from: adam, sgd"


@pytest.mark.parametrize("kind", [errors.ClipgenError, errors.SettingsError, errors.ImageError, errors.DeviceError])
def test_an_error_carries_its_settings(kind: type[ClipgenError]) -> None:
    assert kind("size is 0", settings=["size"]).settings == {"size": None}
    first = kind("size is 0", settings={"size": (64, 64)})
    again = pickle.loads(pickle.dumps(first))  # between processes
    longer = first.in_context(before="story.toml: ", after="!")
    assert again.settings == longer.settings == {"size": (64, 64)} and str(again) == "size is 0"
    assert type(longer) is kind and str(longer) == "story.toml: size is 0!"
    assert kind("no setting").settings == {}


def test_the_library_names_no_flags_in_its_errors() -> None:
    flag = re.compile(r"(?<![\w-])(--[a-z]|-[a-z]\b(?! ))")
    found = []
    for path in sorted(Path(errors.__file__).parent.rglob("*.py")):
        if "cli" in path.parts:
            continue
        raised = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)]
        texts = [node for statement in raised for node in ast.walk(statement) if isinstance(node, ast.Constant)]
        found += [(path.name, text.value) for text in texts if isinstance(text.value, str) and flag.search(text.value)]
    assert found == []


def test_of_many_names_the_most_similar_are_listed() -> None:
    names = [f"class {number}" for number in range(500)] + ["night sky"]
    message = str(UnknownNameError.of("class", "nigth sky", names))
    assert "did you mean 'night sky'?" in message and "501 in all" in message and len(message) < 400


def test_the_middle_of_a_long_message_is_left_out() -> None:
    message = str(ClipgenError("the file " + "x" * 30_000 + " is no picture; name another one"))
    assert len(message) < 1500 and message.startswith("the file ") and message.endswith("name another one")
