"""python-hl7's own MLLP client: PORT MESSAGES.json [TLS.json]; prints a JSON list of [MSA-1, MSA-2].

Run by the interpreter of an environment in which `hl7` is python-hl7, not this project.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path

import hl7
from hl7.mllp import open_hl7_connection


async def main() -> None:
    """Send one after another."""
    port, messages, *secrets = sys.argv[1:]
    context = None
    if secrets:
        tls = json.loads(Path(secrets[0]).read_text())
        context = ssl.create_default_context(cafile=tls["ca"])
        context.load_cert_chain(tls["cert"], tls["key"])
    reader, writer = await open_hl7_connection("127.0.0.1", int(port), ssl=context)
    answers = []
    for message in json.loads(Path(messages).read_text()):
        writer.writemessage(hl7.parse(message))
        await writer.drain()
        answer = await asyncio.wait_for(reader.readmessage(), 10)
        answers.append([str(answer.segment("MSA")[1]), str(answer.segment("MSA")[2])])
    writer.close()
    print(json.dumps(answers))


asyncio.run(main())
