"""Which functions: packages of different fields, each with what is typical for it, chosen before they were tried.

The arguments are those of the packages' own documentation or tests, or near them.
"""

from __future__ import annotations

from tests.published.calls import Call, calls

PSYCHROMETRICS = calls(
    "psychrolib",
    """
    GetTRankineFromTFahrenheit(100.0)
    GetTWetBulbFromRelHum(25.0, 0.5, 101325.0)
    GetRelHumFromTDewPoint(25.0, 15.0)
    GetRelHumFromTWetBulb(25.0, 18.0, 101325.0)
    GetTDewPointFromRelHum(25.0, 0.8)
    GetVapPresFromRelHum(25.0, 0.8)
    GetRelHumFromVapPres(25.0, 2500.0)
    GetHumRatioFromTWetBulb(30.0, 25.0, 95461.0)
    GetHumRatioFromRelHum(25.0, 0.5, 101325.0)
    GetHumRatioFromVapPres(3000.0, 95461.0)
    GetVapPresFromHumRatio(0.02, 95461.0)
    GetSpecificHumFromHumRatio(0.006)
    GetDryAirEnthalpy(25.0)
    GetDryAirDensity(25.0, 101325.0)
    GetTDryBulbFromEnthalpyAndHumRatio(81316.0, 0.02)
    GetSatVapPres(30.0)
    GetSatVapPres(-10.0)
    GetSatHumRatio(50.0, 95461.0)
    GetSatAirEnthalpy(30.0, 95461.0)
    GetVaporPressureDeficit(25.0, 0.01, 101325.0)
    GetDegreeOfSaturation(25.0, 0.01, 101325.0)
    GetMoistAirEnthalpy(30.0, 0.02)
    GetMoistAirVolume(30.0, 0.02, 95461.0)
    GetStandardAtmPressure(1000.0)
    GetSeaLevelPressure(101226.5, 105.0, 17.07)
    CalcPsychrometricsFromRelHum(25.0, 0.5, 101325.0)
    """,
    lambda module: module.SetUnitSystem(module.SI),
)

STEAM = (
    *calls(
        "iapws._iapws",
        """
        _Ice(100.0, 100.0)
        _Sublimation_Pressure(230.0)
        _Melting_Pressure(260.0)
        _Viscosity(998.0, 298.15)
        _ThCond(998.0, 298.15)
        _Tension(300.0)
        _Dielectric(999.242866, 298.15)
        _Refractive(997.047435, 298.15, 0.2265)
        _Kw(1000.0, 300.0)
        _Conductivity(600.0, 873.15)
        _D2O_Tension(300.0)
        _Henry(300.0, "He")
        """,
    ),
    *calls(
        "iapws.iapws97",
        """
        _PSat_T(500.0)
        _TSat_P(10.0)
        _P23_T(623.15)
        _t_P(16.52916425)
        _h13_s(3.7)
        _PSat_h(1700.0)
        _Backward1_T_Ph(3.0, 500.0)
        _Backward2_T_Ph(5.0, 3500.0)
        _Backward2a_P_hs(2800.0, 6.5)
        _Backward3_v_Ph(20.0, 1700.0)
        _h_3ab(25.0)
        _Backward4_T_hs(1800.0, 5.3)
        _Region1(300.0, 3.0)
        """,
    ),
    *calls("iapws.humidAir", "_virial(200.0)\n_fugacity(300.0, 1.0, 0.9)"),
    *calls(
        "pyXSteam.Regions",
        """
        Region1.v1_pT(3.0, 300.0)
        Region1.w1_pT(3.0, 300.0)
        Region2.h2_pT(0.0035, 300.0)
        Region2.T2_ph(5.0, 3500.0)
        Region3.p3_rhoT(500.0, 650.0)
        Region3.T3_ph(20.0, 1700.0)
        Region4.p4_T(300.0)
        Region4.T4_p(0.1)
        Region4.x4_ph(0.1, 1000.0)
        Region5.Cp5_pT(0.5, 1500.0)
        """,
    ),
    *calls("pyXSteam.IAPWS_R14", "pmelt_T_iceIh(260.0)\npsubl_T(230.0)"),
    *calls("pyXSteam.RegionBorders", "B23p_T(623.15)\nTB23_hs(2800.0, 5.2)"),
    *calls("pyXSteam.TransportProperties", "Surface_Tension_T(300.0)\ntc_ptrho(0.1, 300.0, 997.0)\nmy_AllRegions_pT(0.1, 300.0)"),
    *calls("pyXSteam.XSteam", "XSteam(XSteam.UNIT_SYSTEM_MKS).tsat_p(1.0)\nXSteam(XSteam.UNIT_SYSTEM_MKS).h_pt(1.0, 20.0)"),
)

SOLAR_ENERGY = (
    *calls(
        "pvlib.atmosphere",
        """
        pres2alt(90000.0)
        alt2pres(1000.0)
        get_absolute_airmass(1.5, 95000.0)
        get_relative_airmass(60.0)
        get_relative_airmass(60.0, "young1994")
        gueymard94_pw(20.0, 50.0)
        rh_from_tdew(20.0, 12.0)
        tdew_from_rh(20.0, 50.0)
        bird_hulstrom80_aod_bb(0.1, 0.12)
        kasten96_lt(1.5, 1.4, 0.1)
        angstrom_alpha(0.1, 500.0, 0.08, 700.0)
        windspeed_powerlaw(5.0, 10.0, 2.0, 0.2)
        """,
    ),
    *calls(
        "pvlib.irradiance",
        """
        aoi_projection(30.0, 180.0, 40.0, 170.0)
        aoi(30.0, 180.0, 40.0, 170.0)
        beam_component(30.0, 180.0, 40.0, 170.0, 800.0)
        get_extra_radiation(100.0)
        get_ground_diffuse(30.0, 800.0, 0.25)
        isotropic(30.0, 100.0)
        haydavies(30.0, 180.0, 100.0, 700.0, 1366.0, 40.0, 170.0)
        clearness_index(500.0, 40.0, 1366.0)
        clearsky_index(500.0, 800.0)
        disc(500.0, 40.0, 100.0)
        erbs(500.0, 40.0, 100.0)
        perez(30.0, 180.0, 100.0, 700.0, 1366.0, 40.0, 170.0, 1.3)
        """,
    ),
    *calls(
        "pvlib.solarposition",
        """
        equation_of_time_spencer71(100.0)
        equation_of_time_pvcdrom(100.0)
        declination_spencer71(100.0)
        declination_cooper69(100.0)
        solar_zenith_analytical(0.6, 0.3, 0.2)
        solar_azimuth_analytical(0.6, 0.3, 0.2, 0.8)
        """,
    ),
    *calls("pvlib.clearsky", "ineichen(40.0, 1.3, 3.0)\nsimplified_solis(50.0, 0.1, 1.0)\nbird(40.0, 1.3, 0.1, 0.1, 1.4)"),
    *calls(
        "pvlib.temperature",
        """
        sapm_cell(900.0, 20.0, 5.0, -3.47, -0.0594, 3.0)
        pvsyst_cell(900.0, 20.0, 5.0)
        faiman(900.0, 20.0, 5.0)
        ross(900.0, 20.0, 45.0)
        noct_sam(900.0, 20.0, 5.0, 45.0, 0.2)
        """,
    ),
    *calls(
        "pvlib.iam",
        """
        ashrae(40.0, 0.05)
        physical(40.0, 1.526, 4.0)
        martin_ruiz(40.0, 0.16)
        schlick(40.0)
        schlick_diffuse(30.0)
        """,
    ),
    *calls(
        "pvlib.pvsystem",
        """
        calcparams_desoto(800.0, 40.0, 0.0045, 1.5, 6.0, 1e-9, 300.0, 0.3)
        pvwatts_dc(900.0, 40.0, 100.0, -0.003)
        pvwatts_losses(2.0, 3.0)
        i_from_v(7.5, 7.0, 6e-7, 0.1, 20.0, 0.5)
        """,
    ),
    *calls("pvlib.singlediode", "estimate_voc(7.0, 6e-7, 0.5)\nbishop88(7.0, 7.0, 6e-7, 0.1, 20.0, 0.5)"),
    *calls("pvlib.spectrum", 'spectral_factor_firstsolar(1.4, 1.5, "cdte")\nspectral_factor_caballero(1.4, 1.5, 0.1, "cdte")'),
    *calls("pvlib.shading", "ground_angle(30.0, 0.5, 0.4)\nmasking_angle(30.0, 0.5, 0.4)\nmasking_angle_passias(30.0, 0.5)"),
    *calls("pvlib.inverter", "pvwatts(50.0, 100.0)"),
)

OPTIONS = (
    *calls(
        "py_lets_be_rational.lets_be_rational",
        """
        black(100.0, 90.0, 0.2, 0.5, 1.0)
        normalised_black_call(-0.1, 0.3)
        normalised_vega(-0.1, 0.3)
        _normalised_black_call_using_erfcx(-0.3, 0.2)
        _asymptotic_expansion_of_normalized_black_call(-12.0, 0.2)
        _small_t_expansion_of_normalized_black_call(-0.3, 0.1)
        _normalized_black_call_using_norm_cdf(-0.1, 0.3)
        _householder_factor(0.1, 0.2, 0.3)
        implied_volatility_from_a_transformed_rational_guess(15.0, 100.0, 90.0, 0.5, 1.0)
        """,
    ),
    *calls("vollib.black_scholes", 'black_scholes("c", 100.0, 90.0, 0.5, 0.01, 0.2)'),
    *calls("vollib.black", 'black("p", 100.0, 90.0, 0.5, 0.02, 0.2)'),
    *calls(
        "vollib.black_scholes.greeks.analytical",
        """
        delta("c", 49.0, 50.0, 0.3846, 0.05, 0.2)
        gamma("c", 49.0, 50.0, 0.3846, 0.05, 0.2)
        vega("c", 49.0, 50.0, 0.3846, 0.05, 0.2)
        """,
    ),
    *calls(
        "vollib.ref_python.black_scholes",
        """
        d1(100.0, 90.0, 0.5, 0.01, 0.2)
        d2(100.0, 90.0, 0.5, 0.01, 0.2)
        black_scholes("c", 100.0, 90.0, 0.5, 0.01, 0.2)
        """,
    ),
    *calls("vollib.helpers.distributions", "CND(0.5)"),
    *calls("blackscholes", "BlackScholesCall._pdf(0.3)\nBlackScholesCall._cdf(0.3)"),
    *calls(
        "numpy_financial",
        """
        fv(0.004, 120.0, -100.0, -100.0)
        pmt(0.00625, 180.0, 200000.0)
        nper(0.006, -150.0, 8000.0)
        ipmt(0.007, 1.0, 12.0, 2500.0)
        pv(0.004, 120.0, -100.0, 15692.93)
        npv(0.1, [-40000.0, 5000.0, 8000.0, 12000.0, 30000.0])
        rate(10.0, 0.0, -3500.0, 10000.0)
        """,
    ),
)

CHEMICAL_ENGINEERING = (
    *calls(
        "fluids.core",
        """
        Reynolds(2.5, 0.25, nu=1.1e-6)
        Prandtl(Cp=1637.0, k=0.010, mu=4.61e-6)
        Grashof(0.9144, 0.000933, 178.2, 2.2, nu=1.6e-5)
        Froude(1.83, 2.0, squared=True)
        Weber(0.18, 0.001, 916.0, 0.029)
        Nusselt(1000.0, 1.2, 300.0)
        """,
    ),
    *calls(
        "fluids.friction",
        """
        friction_laminar(128.0)
        Blasius(1e4)
        Haaland(1e5, 1e-4)
        Swamee_Jain_1976(1e5, 1e-4)
        Churchill_1977(1e5, 1e-4)
        Serghides_2(1e5, 1e-4)
        Clamond(1e5, 1e-4)
        Colebrook(1e5, 1e-4)
        friction_factor(1e5, 1e-4)
        Prandtl_von_Karman_Nikuradse(1e7)
        helical_laminar_fd_White(250.0, 0.02, 0.1)
        ft_Crane(0.1)
        one_phase_dP(10.0, 1000.0, 1e-5, 0.1, L=1.0)
        """,
    ),
    *calls(
        "fluids",
        """
        Ergun(0.8, 0.4, 1e-3, 1000.0, 1e-3, 0.1)
        Stokes(0.1)
        Clift(200.0)
        Friedel(0.6, 0.1, 915.0, 2.67, 180e-6, 14e-6, 0.0487, 0.05)
        Lockhart_Martinelli(0.6, 0.1, 915.0, 2.67, 180e-6, 14e-6, 0.05)
        """,
    ),
    *calls(
        "chemicals",
        """
        Antoine(100.0, 8.7687, 395.744, -6.469)
        Wagner(100.0, 190.53, 4596420.0, -6.00435, 1.1885, -0.834082, -1.22833)
        Lee_Kesler(347.2, 617.1, 36e5, 0.299)
        Ambrose_Walton(347.25, 617.15, 36.09e5, 0.304)
        Rackett(272.03889, 369.83, 4248000.0, 0.2763)
        COSTALD(272.03889, 369.83333, 0.20008161, 0.1532)
        EQ105(300.0, 0.70824, 0.26411, 507.6, 0.27537)
        EQ107(300.0, 33363.0, 26790.0, 2610.5, 8896.0, 1169.0)
        Poling(300.0, 1.5, 0.001, 1e-6, 1e-9, 1e-12)
        Shomate(298.15, 30.092, 6.832514, 6.793435, -2.53448, 0.082139)
        Letsou_Stiel(400.0, 46.07, 516.25, 6.383e6, 0.6371)
        Viswanath_Natarajan_3(298.15, -2.7173, -1071.18, -129.51)
        Brock_Bird(293.15, 404.75, 633.0, 4.53e6)
        Clapeyron(294.0, 466.0, 5.55e6)
        Watson(320.0, 43908.0, 300.0, 647.14)
        BVirial_Pitzer_Curl(510.0, 425.2, 38e5, 0.193)
        BVirial_Tsonopoulos(510.0, 425.2, 38e5, 0.193)
        """,
    ),
    *calls(
        "ht",
        """
        Nu_cylinder_Churchill_Bernstein(6071.0, 0.7)
        turbulent_Gnielinski(1e5, 1.2, 0.0185)
        turbulent_Dittus_Boelter(1e5, 1.2)
        Nu_vertical_plate_Churchill(0.69, 2.63e9)
        Nu_horizontal_cylinder_Churchill_Chu(0.69, 2.63e9)
        Nusselt_laminar(370.0, 350.0, 7.0, 585.0, 0.091, 158.9e-6, 776900.0, 0.1)
        Rohsenow(957.854, 0.595593, 2.79e-4, 0.680, 4217.0, 2.257e6, 0.0589, 4.9, 0.011, 1.26)
        LMTD(100.0, 60.0, 30.0, 40.2)
        fin_efficiency_Kern_Kraus(0.0254, 0.05715, 3.8e-4, 200.0, 58.0)
        effectiveness_from_NTU(5.0, 0.7, "counterflow")
        wall_factor(mu=8e-4, mu_wall=3e-4, Pr=1.2, Pr_wall=1.1, T=300.0, T_wall=350.0, property_option="Prandtl")
        """,
    ),
)

WEATHER = (
    *calls("meteocalc.dewpoint", "dew_point(20.0, 50.0)"),
    *calls("meteocalc.heatindex", "heat_index(90.0, 60.0)"),
    *calls("meteocalc.windchill", "wind_chill(20.0, 10.0)"),
    *calls(
        "thermofeel",
        """
        calculate_relative_humidity_percent(310.0, 280.0)
        calculate_saturation_vapour_pressure(300.0)
        calculate_utci_polynomial(300.0, 2.0, 5.0, 1.5)
        calculate_wbt(300.0, 50.0)
        calculate_bgt(300.0, 310.0, 2.0)
        calculate_wind_chill(270.0, 5.0)
        calculate_humidex(300.0, 290.0)
        """,
    ),
    *calls("refet.calcs", "air_pressure(100.0)\nsat_vapor_pressure(20.0)\ndeclination(100.0)\nsunset_hour_angle(0.7, 0.2)"),
    *calls("ambiance", "Atmosphere.geom2geop_height(1000.0)\nAtmosphere.t2T(15.0)"),
)

SKY_AND_EARTH = (
    *calls(
        "astral.sun",
        """
        geom_mean_anomaly_sun(0.21)
        sun_eq_of_center(0.21)
        sun_rad_vector(0.21)
        sun_apparent_long(0.21)
        sun_rt_ascension(0.21)
        sun_declination(0.21)
        eq_of_time(0.21)
        adjust_to_horizon(300.0)
        """,
    ),
    *calls("astral", "refraction_at_zenith(88.0)"),
    *calls("astral.moon", "interpolate(1.0, 2.0, 4.0, 0.3)\nmoon_mean_longitude(8000.0)\nmoon_position(8000.0)"),
    *calls(
        "suncalc.suncalc",
        """
        right_ascension(0.3, 0.1)
        altitude(0.3, 0.5, 0.2)
        sidereal_time(8000.0, 0.2)
        astro_refraction(0.1)
        ecliptic_longitude(2.0)
        sun_coords(8000.0)
        hour_angle(-0.01, 0.5, 0.2)
        moon_coords(8000.0)
        """,
    ),
    *calls(
        "pysolar.solar",
        """
        get_declination(100.0)
        get_flattened_latitude(40.0)
        get_geocentric_longitude(0.0037)
        get_heliocentric_latitude(0.0037)
        get_nutation(0.037)
        get_projected_radial_distance(100.0, 40.0)
        get_refraction_correction(101325.0, 288.0, 30.0)
        get_topocentric_elevation_angle(40.0, 10.0, 20.0)
        """,
    ),
    *calls("pysolar.radiation", "get_air_mass_ratio(30.0)\nget_optical_depth(100.0)"),
    *calls("haversine", "haversine((45.7597, 4.8422), (48.8567, 2.3508))"),
    *calls("utm", "from_latlon(51.2, 7.5)"),
    *calls("geographiclib.geomath", "Math.AngNormalize(370.0)\nMath.sincosd(30.0)\nMath.atan2d(0.3, 0.4)\nMath.norm(0.3, 0.4)"),
    *calls("geographiclib.geodesic", "Geodesic._A1m1f(0.1)\nGeodesic.WGS84._A3f(0.1)"),
    *calls("sgp4.functions", "jday(2019, 12, 9, 20, 42, 9.09)"),
)

SCIPY = (*calls("scipy.optimize", "rosen([1.1, 0.9, 1.2])"), *calls("scipy.stats", "norm.pdf(0.3)"))

CALLS: tuple[Call, ...] = (
    *PSYCHROMETRICS,
    *STEAM,
    *SOLAR_ENERGY,
    *OPTIONS,
    *CHEMICAL_ENGINEERING,
    *WEATHER,
    *SKY_AND_EARTH,
    *SCIPY,
)
