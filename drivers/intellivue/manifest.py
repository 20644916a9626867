"""What a biomedical engineer has to know of the IntelliVue driver."""

from __future__ import annotations

from drivers.driver import DriverInfo, SerialSettings
from drivers.observation import Parameter

INFO = DriverInfo(
    name="intellivue_mib",
    title="Philips IntelliVue monitor, data export over MIB/RS232",
    models=("IntelliVue MP5", "IntelliVue MP20 to MP90", "IntelliVue MX series"),
    parameters=tuple(Parameter),
    serial=SerialSettings(baud=115200),
    interval_s=1.1,
    dialogue=True,
    other_lines=(SerialSettings(baud=19200),),
    check="CRC-16 (X.25) over every frame",
    cabling=(
        "MIB/RS232 port of the monitor, RJ45, 3 wires, no handshake: RJ45 pin 4 to ground (DB9 pin 5), RJ45 pin 5 "
        "(monitor sends) to DB9 pin 2, RJ45 pin 7 (monitor receives) to DB9 pin 3. It looks like a network socket but "
        "is none: never join it to a network. Use an electrically isolated adapter."
    ),
    setup=(
        "The MIB/RS232 interface is an option: check that the monitor has the socket.",
        "Set the MIB/RS232 port to data export (Data Out) with the fixed rate of 115200 baud; for the way through the "
        "menus see the monitor's service guide and the Data Export Interface Programming Guide, section 'Configuring "
        "the IntelliVue Monitor MIB/RS232 Interface'.",
        "At 19200 baud set baud = 19200 for the port here and leave the setting screen_labels off.",
        "Connect no second program to the data export of the same monitor.",
    ),
    quirks=(
        "The monitor answers at a beat of 1.024 s.",
        "Nothing is set, silenced or confirmed at the monitor: only polls and the answer to its create event are sent.",
        "A monitor in demonstration or service mode gives no values, only an alert that says so.",
        "A pressure or temperature is known by its nomenclature code. Of several arterial lines one is told: ABP "
        "before ART. All temperatures are told with their sites, the innermost last.",
        "Respiratory rate is that of CO2 where there is one with a value, else that of the impedance; pulse rate that "
        "of the oximeter, else the monitor's own. Beat-to-beat heart rate and the pulse of the cuff are left out.",
        "The cuff reading is resent with every poll; it counts as new only when its time or its numbers change. Read "
        "for the first time more than 60 s after the inflation it is questionable.",
        "Any other value that carries a time of its own is taken for a spot measurement in the same way.",
        "The site of a value is the documented meaning of its code. With the setting screen_labels temperatures and "
        "arterial pressures carry the label of the monitor's screen, in its language; this multiplies the bytes sent.",
        "An answer with a missing part is not charted at all; values come again a second later.",
        "The monitor's clock names no zone.",
    ),
    verified=(
        "Check sequence, framing and escapes against the X.25 check value and examples; the framing of no real serial "
        "stream: none is public",
        "Association request, accept, create event and its answer, release, single polls of the system, linked "
        "results, numerics (asked by extended poll) with HR, pulse, RR, SpO2, perfusion, ABP and NIBP with its time, "
        "demonstration bits, alert condition and empty alarm lists, serial number, model, bed label, clock: the "
        "messages of a real monitor in demonstration mode, recorded over its network port, which carries the same "
        "messages unframed (capture in jaj42/intellipy)",
        "Model, serial number and system identifier of a second monitor (connect indication in Koshsky/Intellivue-api)",
    ),
    unverified=(
        "Everything particular to the serial port: timing, the longest message, what a monitor does when an "
        "association is asked for while another stands",
        "Single polls of numerics and alarms: other programs ask so, the capture has these by extended poll",
        "Entries of alarm lists, EtCO2, temperatures, units of kPa and degrees Fahrenheit: read in documents only",
        "Refusal and abort by a monitor; the association time-out of 10 s",
        "State bits 0200 and 0100, which no document at hand names: such values are told as questionable",
    ),
    sources=(
        "Philips IntelliVue Data Export Interface Programming Guide 4535 642 59271 (rev. G.0) and 4535 645 88011 (rev. "
        "L.0), as quoted in the sources below",
        "xeonfusion/VSCaptureMP, mindleaving/patient-monitor-datalogger (also the cable), mdpnp devices/philips",
        "Capture and notes of jaj42/intellipy, reference/intellivue_enumeration.pcapng (MIT)",
    ),
)
