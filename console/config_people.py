"""The section of the configuration that is about people at the screens."""

from __future__ import annotations

from pydantic import Field

from console.config_section import Section


class PeopleConfig(Section):
    """sign_out_after_min: minutes without a touch after which a station signs out by itself; the wall stays. initials:
    patients are shown as initials on the screens."""

    sign_out_after_min: int = Field(default=10, ge=1, le=120)
    initials: bool = False
