"""Asks a server all of fb303 with Debian's python3-thrift, and prints the answers: fb303_client.py GENERATED DIALECT PORT"""

import json
import sys

from simple_dialect import dial
from fb303 import FacebookService
from thrift.Thrift import TApplicationException

protocol = dial(int(sys.argv[3]))
client = FacebookService.Client(protocol)
protocol.trans.open()
answers = {
    "name": client.getName(),
    "version": client.getVersion(),
    "status": client.getStatus(),
    "details": client.getStatusDetails(),
    "calls": client.getCounters()["calls"],
    "counter": client.getCounter("calls"),
    "none": client.getCounter("none"),
    "profile": client.getCpuProfile(2),
    "since": client.aliveSince(),
}
try:
    client.setOption("locked", "no")
except TApplicationException as error:
    answers["refused"] = [error.type, error.message]
client.setOption("level", "debug")
answers["option"] = client.getOption("level")
answers["options"] = client.getOptions()
client.reinitialize()
client.shutdown()
answers["afterwards"] = client.getStatus()
print(json.dumps(answers))
