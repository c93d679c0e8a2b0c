"""Names of derivatives follow the user's."""

import pytest

from symdiff.calculus.naming import adjoint_name, kept_name, tangent_name


@pytest.mark.parametrize(
    ("name", "label", "wanted"),
    [
        ("z", "x", "dz_dx"),
        ("dz_dx", "x", "d2z_dx2"),
        ("d2z_dx2", "x", "d3z_dx3"),
        ("dz_dx", "y", "ddz_dx_dy"),
        ("z_bar", "x", "dz_bar_dx"),
        ("z", "", "z_dot"),
        ("t_12", "x", "t"),
        ("t_value", "x", "dt_value_dx"),
    ],
)
def test_tangents(name, label, wanted):
    assert tangent_name(name, label) == wanted


def test_adjoints_and_kept_values():
    assert [adjoint_name("z"), adjoint_name("t"), adjoint_name("t_3"), adjoint_name("t", is_input=True)] == [
        "z_bar", "t", "t", "t_bar",
    ]  # fmt: skip
    assert [kept_name("t_3"), kept_name("speed")] == ["t", "speed"]
