"""`python -m tests.fuzz.guided TARGET [libFuzzer's options] [folders of seeds]`: searches with atheris, by coverage."""

import sys

import atheris

#: What is watched for new ways through the code.
WATCHED = [
    *("app.domain.copies", "app.domain.judged", "app.networks.vk"),
    *("model.characters", "model.chunks", "model.disguises", "model.normalise", "model.offsets", "model.tokens"),
]


def main() -> None:
    """Search until the options say that it is enough; a broken promise ends the process with a code of its own."""
    _, name, *options = sys.argv
    with atheris.instrument_imports(include=WATCHED):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
