"""Another dictionary than the one a model was made with does not pass unseen."""

from model.artefact import DEFAULT_ARTEFACT, load
from model.lemmas import dictionary_version, dictionary_warnings


def test_the_shipped_model_fits_the_installed_dictionary():
    """The dictionary that the lock installs is the one that the shipped model was made with."""
    assert dictionary_warnings(load(DEFAULT_ARTEFACT).manifest.libraries) == ()


def test_another_version_is_told_with_both_numbers():
    """The warning names the version expected and the one found; a model that names none is not guessed about."""
    (warning,) = dictionary_warnings({"pymorphy3-dicts-ru": "0.1"})
    assert "0.1" in warning
    assert dictionary_version() in warning
    assert dictionary_warnings({}) == ()
