"""Serves fb303 with Debian's python3-thrift, as Apache's FacebookBase does: fb303_server.py GENERATED DIALECT"""

import socket
import sys

from simple_dialect import protocols, transports
from fb303 import FacebookService
from fb303.ttypes import fb_status
from thrift.server.TServer import TSimpleServer
from thrift.transport.TSocket import TServerSocket


class Announcing(TServerSocket):
    def listen(self):
        super().listen()
        print("listening", self.handle.getsockname()[1], flush=True)


class Handler:
    def __init__(self):
        self.asked = []
        self.options = {"level": "info"}

    def getName(self):
        return "base"

    def getVersion(self):
        return "0.1"

    def getStatus(self):
        return fb_status.WARNING

    def getStatusDetails(self):
        return ", ".join(self.asked)

    def getCounters(self):
        return {"calls": 2**62}

    def getCounter(self, key):
        return self.getCounters().get(key, 0)

    def setOption(self, key, value):
        self.options[key] = value

    def getOption(self, key):
        return self.options.get(key, "")

    def getOptions(self):
        return self.options

    def getCpuProfile(self, profileDurationInSec):
        return "%d s" % profileDurationInSec

    def aliveSince(self):
        return 1234567890

    def reinitialize(self):
        self.asked.append("reinitialize")

    def shutdown(self):
        self.asked.append("shutdown")


processor = FacebookService.Processor(Handler())
TSimpleServer(processor, Announcing("127.0.0.1", 0, socket_family=socket.AF_INET), transports, protocols).serve()
