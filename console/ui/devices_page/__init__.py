"""The device page: sources, live lines, and the steps by which a device is bound to a bed."""

from console.ui.devices_page.page import DevicesPage

__all__ = ["DevicesPage"]
