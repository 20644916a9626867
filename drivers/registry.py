"""The drivers by name. Adding one means one line in `DRIVERS`; nothing else has to know.

A driver is imported when it is asked for, so that a missing library of one never hurts another. A simulator is found
by convention: the module `simulator` beside the driver's module, class name of the driver + "Simulator". No running
driver imports a simulator.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from drivers.driver import Driver, DriverInfo, DriverSettings, Simulator

DRIVERS: dict[str, str] = {
    "accutorr_pc": "drivers.accutorr.driver:AccutorrPc",
    "masimo_ascii1": "drivers.masimo.driver:MasimoAscii1",
    "ivy_ansarb": "drivers.ivy.driver:IvyAnsarB",
    "dri_s5": "drivers.dri_s5.driver:DriS5",
    "dinamap_pro1000": "drivers.dinamap.driver:DinamapPro1000",
    "sdc": "drivers.sdc.driver:Sdc",
    "capnostream": "drivers.capnostream.driver:Capnostream",
    "nellcor_ascii": "drivers.nellcor.driver:NellcorAscii",
    "nonin_ascii": "drivers.nonin.ascii.driver:NoninAscii",
    "nonin_df2": "drivers.nonin.binary.driver:NoninDf2",
    "nonin_df7": "drivers.nonin.binary.driver:NoninDf7",
    "nonin_df8": "drivers.nonin.binary.driver:NoninDf8",
    "contec_cms50dplus": "drivers.contec.driver:ContecCms50dPlus",
    "medibus": "drivers.medibus.driver:Medibus",
    "intellivue_mib": "drivers.intellivue.driver:IntellivueMib",
}
"""Name -> "module:Class" of the drivers that come with the console."""

ENTRY_POINT_GROUP = "ward_console.drivers"
"""Third parties add theirs by an entry point of this group; they cannot replace a name of `DRIVERS`."""


class DriverError(Exception):
    """A driver cannot be used; the text says which and why."""


class UnknownDriverError(DriverError):
    """No driver has this name; the text lists those there are."""


class DriverImportError(DriverError):
    """The module or class of a driver cannot be loaded; the text names it."""


class DriverSettingsError(DriverError):
    """The settings do not suit the driver; the text names the key, what is wrong and what is known."""


def names() -> tuple[str, ...]:
    """All driver names, sorted; nothing is imported."""
    return tuple(sorted(_targets()))


def info(name: str) -> DriverInfo:
    """The manifest of a driver. Raises UnknownDriverError, DriverImportError."""
    return _driver_class(name).info


def settings_type(name: str) -> type[DriverSettings]:
    """The typed settings of a driver. Raises UnknownDriverError, DriverImportError."""
    return _driver_class(name).settings_type


def create(name: str, settings: dict[str, Any]) -> Driver:
    """A new driver for one link. Raises UnknownDriverError, DriverImportError, DriverSettingsError."""
    driver = _driver_class(name)
    try:
        checked = driver.settings_type.model_validate(settings)
    except ValidationError as error:
        raise DriverSettingsError(_settings_text(name, driver, error)) from error
    return driver(checked)


def simulator(name: str, started: datetime) -> Simulator:
    """The other end of a driver, switched on at `started` by its own clock.

    Raises UnknownDriverError, and DriverImportError when the driver comes without a simulator.
    """
    module, _, driver = _target(name).partition(":")
    package = module.rpartition(".")[0]
    made: Simulator = _load(name, f"{package}.simulator", f"{driver}Simulator")(started)
    return made


def _targets() -> dict[str, str]:
    others = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    return others | DRIVERS


def _target(name: str) -> str:
    targets = _targets()
    if name not in targets:
        raise UnknownDriverError(f"'{name}' is not a driver; there are {', '.join(sorted(targets))}")
    return targets[name]


def _driver_class(name: str) -> type[Driver]:
    module, _, driver = _target(name).partition(":")
    found: type[Driver] = _load(name, module, driver)
    return found


def _load(name: str, module: str, wanted: str) -> Any:
    try:
        return getattr(import_module(module), wanted)
    except AttributeError as error:
        raise DriverImportError(f"driver '{name}': the module {module} has no {wanted}") from error
    except Exception as error:  # a third party's module may fail in any way while it is imported
        raise DriverImportError(
            f"driver '{name}': the module {module} cannot be loaded: {type(error).__name__}: {error}"
        ) from error


def _settings_text(name: str, driver: type[Driver], error: ValidationError) -> str:
    known = ", ".join(sorted(driver.settings_type.model_fields)) or "none"
    faults = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        text = "is not a known setting" if fault["type"] == "extra_forbidden" else fault["msg"]
        faults.append(f"'{key}' {text}" if key else text)
    return f"driver '{name}': {'; '.join(faults)} (settings of this driver: {known})"
