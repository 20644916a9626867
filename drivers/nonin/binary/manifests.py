"""The manifests of data formats 2, 7 and 8, for the engineer who cables the oximeter."""

from __future__ import annotations

from drivers.driver import DriverInfo, SerialSettings
from drivers.observation import Parameter

_PARAMETERS = (Parameter.SPO2, Parameter.PR)
_CABLING = (
    "Bluetooth models (Onyx II 9560, WristOx2 3150) are paired with the computer (six-digit number on the battery door "
    "of the 9560) and appear as a serial port, settings 9600 8N1. Xpod and OEM III modules end in the cable of the "
    "maker or in one's own wiring: see the module's specification for the colours of the wires and the levels (TTL or "
    "RS-232), and never put a TTL output on an RS-232 port. The Xpod 3012LP USB brings its own adapter."
)
_SETUP = (
    "Find out which data format the oximeter sends: see the device's manual, chapter on serial data formats. The 9560 "
    "leaves the factory with format 13 (spot check), which no driver here reads.",
    "Pair or cable the oximeter and choose its serial port, 9600 baud, 8 data bits, no parity, 1 stop bit.",
    "Where the oximeter sends another format and takes commands, switch select_format on: the console then asks for "
    "this format, and the oximeter keeps it. It listens for five seconds after it is connected (9560).",
)
_COMMON_QUIRKS = (
    "Told are the 4-beat averages formatted for display (HR-D, SpO2-D), the numbers on the oximeter's own screen; they "
    "are renewed every 1.5 s. The 8-beat averages and the beat-to-beat values beside them are not told.",
    "The rate is the pulse rate of the oximeter, reported as pr. It has 9 bits and is read above 127 and 255 alike.",
    "When the finger is removed the oximeter goes on sending the last numbers for 10 s with the sensor alarm: the "
    "console tells no value from the first such packet on.",
    "Artifact, out of track and low perfusion make a value questionable; marginal perfusion is a message only.",
    "SpO2 0 and pulse rate 0 are taken as no data; a pulse rate of 1 to 17 or above 321 refuses the whole packet, as "
    "no such rate is measured.",
    "The oximeter's serial number is not asked for, so an exchanged oximeter is not noticed by it.",
)
_SPECIFICATION = "Nonin Onyx II Model 9560 Bluetooth Fingertip Oximeter, OEM Specification and Technical Information"
_SOURCES = (
    f"{_SPECIFICATION} (copy in mattjlewis/NoninPulseOx)",
    "mdpnp/mdpnp devices/nonin; mattjlewis/NoninPulseOx serialisers",
)
_UNVERIFIED = (
    "Bit 6 of the status (sensor disconnected) and battery critical: reserved in the 9560's specification, read so "
    "for Xpod, iPod and WristOx2 by public programs",
    "Bytes of WristOx2, Xpod and OEM III against their own specifications: only the 9560's was at hand",
    "The format command on other models than the 9560",
)


def _packets(number: int, wave: str, form: str, verified: tuple[str, ...], sources: tuple[str, ...]) -> DriverInfo:
    return DriverInfo(
        name=f"nonin_df{number}",
        title=f"Nonin oximeter, data format {number} (75 frames a second, {wave} pulse wave)",
        models=("Onyx II 9560", "WristOx2 3150", "Xpod", "OEM III"),
        parameters=_PARAMETERS,
        serial=SerialSettings(baud=9600),
        interval_s=1.0,
        dialogue=False,
        check="8-bit sum over each 5-byte frame; two packets of 25 frames with the same numbers",
        cabling=_CABLING,
        setup=_SETUP,
        quirks=(
            f"The sum of a frame has 8 bits over 5 bytes and is weak alone. {form} 25 good frames, SYNC in the first "
            "alone, are a packet; and its numbers are told when one of the two packets before it had the same. Not "
            "seen is: the same two bits that cancel each other, flipped in two packets of a second alike.",
            "Three packets come a second and one is told; where none agree the value is questionable.",
            "A frame counted on the screen is a packet of 25 frames, 125 bytes.",
            *_COMMON_QUIRKS,
        ),
        verified=verified,
        unverified=_UNVERIFIED,
        sources=(*_SOURCES, *sources),
    )


INFO_DF2 = _packets(
    2,
    "8-bit",
    "Every frame begins with 01 and a status with bit 7 set.",
    (
        "Frame, sum, SYNC period of 25, places of SpO2-D and HR-D against dumps of 30 frames (74 /min, 96 %) and of 25 "
        "frames (61 /min, 97 %), quoted by two public programs",
    ),
    ("edmund-troche/spo2.nonin frame.txt (dump of 25 frames)",),
)

INFO_DF7 = _packets(
    7,
    "16-bit",
    "Every frame begins with a status with bit 7 set.",
    ("Nothing against real bytes; the data bytes are those of format 2, which was",),
    (),
)

INFO_DF8 = DriverInfo(
    name="nonin_df8",
    title="Nonin oximeter, data format 8 (4 bytes a second)",
    models=("Onyx II 9560", "WristOx2 3150", "Xpod", "OEM III"),
    parameters=_PARAMETERS,
    serial=SerialSettings(baud=9600),
    interval_s=1.0,
    dialogue=False,
    cabling=_CABLING,
    setup=_SETUP,
    quirks=(
        "The protocol has no checksum. A frame is taken only when its four bits 7 are right, its numbers can be "
        "measured and nothing unreadable touches it before the line is silent again. What is left: of the 32 bits of a "
        "frame (72 /min, 97 %) 9 refuse it when they flip, 11 give another number, the others change the state or "
        "nothing. Choose format 2 or 7 where the oximeter knows them.",
        "A value comes a fifth to half a second late: the silence behind a frame is waited for.",
        *_COMMON_QUIRKS,
    ),
    verified=("Nothing against real bytes",),
    unverified=(*_UNVERIFIED, "All of it against real bytes"),
    sources=(*_SOURCES, "drphrozen/javautilityclasses Format8 (bit 6, battery critical)"),
)
