"""Serves essentials.thrift with thriftpy: server.py TRANSPORT PROTOCOL"""

import logging
import os
import sys
import threading

from dialect import PROTOCOLS, TRANSPORTS, idl
from thriftpy.server import TThreadedServer
from thriftpy.thrift import TProcessor
from thriftpy.transport import TServerSocket


class Handler:
    def __init__(self):
        self.total = 0

    def ping(self):
        return "pong"

    def nothing(self):
        return None

    def echo(self, value):
        return value

    echoI64 = echoDouble = echoBinary = echoLevel = echoTexts = echo
    echoRecord = echoDefaults = echoEither = echoTree = echo

    def defaults(self):
        return idl.Defaults()

    def unset(self):
        return idl.Record()

    def join(self, truth, tiny, small, medium, large, text):
        return "/".join(["true" if truth else "false", str(tiny), str(small), str(medium), str(large), text])

    def fail(self, how):
        if how == "notFound":
            raise idl.NotFound(id=404, message="no such thing: ü")
        if how == "denied":
            raise idl.Denied(reason="not yours", level=idl.Level.HIGH, rights=["read", "write"])
        if how == "undeclared":
            raise RuntimeError("a detail of the server")
        return 0

    failVoid = fail

    def missing(self):
        return None

    def count(self, by):
        self.total += by

    def counted(self):
        return self.total


class Listening(TServerSocket):
    def listen(self):
        super().listen()
        print("listening", self.sock.getsockname()[1], flush=True)


def exit_with_parent():
    sys.stdin.read()
    os._exit(0)


transport, protocol = sys.argv[1:]
logging.disable()
threading.Thread(target=exit_with_parent, daemon=True).start()
TThreadedServer(
    TProcessor(idl.Essentials, Handler()),
    Listening("127.0.0.1", 0, client_timeout=None),
    itrans_factory=TRANSPORTS[transport](),
    iprot_factory=PROTOCOLS[protocol](),
    daemon=True,
).serve()
