"""The published functions that are refused, by a word of the reason: what is not listed here must be supported."""

from __future__ import annotations

from tests.published.calls import Call

REASONS = {
    "while loop": """
        pyXSteam.Regions.Region4.x4_ph
        pyXSteam.TransportProperties.my_AllRegions_pT
        pyXSteam.XSteam.XSteam(XSteam.UNIT_SYSTEM_MKS).h_pt
        vollib.black_scholes.black_scholes
        vollib.black.black
        vollib.black_scholes.greeks.analytical.delta
        numpy_financial.rate
        geographiclib.geodesic.Geodesic.WGS84._A3f
    """,
    "operations after unrolling": """
        py_lets_be_rational.lets_be_rational.implied_volatility_from_a_transformed_rational_guess
        psychrolib.GetTWetBulbFromRelHum
        psychrolib.GetTDewPointFromRelHum
        psychrolib.CalcPsychrometricsFromRelHum
    """,
    "the class": """
        iapws._iapws._Ice
        iapws.humidAir._virial
        iapws.humidAir._fugacity
        meteocalc.dewpoint.dew_point
        meteocalc.heatindex.heat_index
        meteocalc.windchill.wind_chill
        astral.moon.moon_position
    """,
    "array": """
        pvlib.clearsky.simplified_solis
        pvlib.iam.ashrae
        pvlib.spectrum.spectral_factor_firstsolar
        refet.calcs.air_pressure
        refet.calcs.sat_vapor_pressure
        scipy.optimize.rosen
    """,
    "index must be an integer": """
        pvlib.pvsystem.i_from_v
        ambiance.Atmosphere.geom2geop_height
        ambiance.Atmosphere.t2T
    """,
    "numpy.digitize": "pvlib.irradiance.perez",
    "keyword out": "pvlib.inverter.pvwatts",
    "errstate that raises": "numpy_financial.nper",
    "global variable": "pysolar.solar.get_nutation",
    "bitwise operator >>": "utm.from_latlon",
    "no source found": "scipy.stats.norm.pdf",
}
WORDS = {function: words for words, functions in REASONS.items() for function in functions.split()}


def words_of_refusal(call: Call) -> str | None:
    """Words that the refusal of a call contains; None for a call that is supported."""
    return WORDS.get(str(call).rpartition("(")[0]) or WORDS.get(str(call).partition("(")[0])
