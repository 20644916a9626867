"""What the engineer is told when a conversation does not come about. {name} is how the device calls itself."""

from __future__ import annotations

STOPPED = (
    "{name} has ended the conversation. It is called again; if this goes on, look whether its interface is still set "
    "to MEDIBUS, and whether it was switched off or restarted."
)
HEARS_ITSELF = (
    "The console hears itself: the line that sends is bridged to the one that receives. Check the cable and the "
    "adapter; no ventilator answers here."
)
REFUSED = (
    "{name} answers that it cannot read the console's commands: check the cable from the console to the device, and "
    "that baud rate and parity are the same on both sides."
)
UNREADABLE = (
    "Bytes arrive, but no measured data in MEDIBUS: check that the device's interface is set to MEDIBUS, and that baud "
    "rate, parity and stop bits are the same on both sides."
)
SILENT = (
    "{name} does not answer: check that it is on, that its interface is set to MEDIBUS with the same baud rate and "
    "parity as here, and that the cable crosses the lines that send and receive."
)
