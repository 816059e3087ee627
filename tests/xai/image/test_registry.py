"""One spec and one builder a method, and all else follows from them."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import SettingsError
from pipeline.settings import Settings, load_settings
from pipeline.types import FUSED, FUSED_METHODS, SALIENCY_MAPS, Method, with_fused
from xai.image.layer_gradients import LayerGradients
from xai.image.registry import BUILDERS, ExplainedModel, build_explainer

WEIGHTS = Path(__file__).parents[3] / "weights" / "classifier"


def test_every_method_has_a_spec_of_its_own_and_a_builder():
    assert set(BUILDERS) == set(Method)
    assert len({method.spec.name for method in Method}) == len(Method)
    assert len({method.file for method in Method}) == len(Method)
    assert len({method.spec.colour for method in Method}) == len(Method)
    for method in Method:
        assert re.fullmatch("#[0-9a-f]{6}", method.spec.colour)
    assert Method.GRAD_CAM.spec.name == "Grad-CAM"
    assert Method.LIME.file == "lime.png"


def test_the_descriptors_are_read_off_two_methods():
    assert FUSED_METHODS == (Method.GRAD_CAM, Method.LIME)
    assert (*Method, FUSED) == SALIENCY_MAPS
    assert with_fused(()) == FUSED_METHODS
    assert with_fused(tuple(reversed(Method))) == tuple(Method)


def test_every_parameter_is_a_setting_with_the_default_and_the_range_of_its_spec():
    names = {field.name for field in fields(Settings)}
    for method in Method:
        for parameter in method.spec.parameters:
            name = method.setting(parameter)
            assert name in names
            assert getattr(Settings(), name) == parameter.default
            assert parameter.low <= parameter.default <= parameter.high
            for value in (parameter.low - 1, parameter.high + 1):
                with pytest.raises(SettingsError) as caught:
                    load_settings(**{name: value})
                assert caught.value.parameters["field"] == name
                assert str(parameter.high) in caught.value.parameters["allowed"]


def test_methods_are_set_by_their_names_and_the_fused_ones_are_always_made(monkeypatch):
    assert load_settings(methods=["grad_cam"]).methods == FUSED_METHODS
    assert Settings(methods=(Method.LIME,)).methods == FUSED_METHODS
    for wrong in ("rise", "lime,", 3):
        with pytest.raises(SettingsError) as caught:
            load_settings(methods=wrong)
        assert caught.value.parameters["field"].split(".")[0] == "methods"
    monkeypatch.setenv("EXPLAINCXR_METHODS", "lime, grad_cam")
    assert load_settings().methods == FUSED_METHODS


def test_what_is_built_explains_by_its_method():
    network = FolderClassifier(WEIGHTS, 1)
    model = ExplainedModel(
        network=network, gradients=LayerGradients(WEIGHTS, 1), settings=Settings()
    )
    assert {method: type(build_explainer(method, model)).__name__ for method in FUSED_METHODS} == {
        Method.GRAD_CAM: "GradCam",
        Method.LIME: "LimeExplainer",
    }
