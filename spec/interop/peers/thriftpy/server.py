"""Serves essentials.thrift with thriftpy; dialect.py has its arguments."""

import logging
import os
import sys
import threading

from dialect import cell, idl, server_protocol_factory, server_security, transport_factory
from thriftpy.server import TThreadedServer
from thriftpy.thrift import TMultiplexedProcessor, TProcessor
from thriftpy.transport import TServerSocket, TSSLServerSocket


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


class Announcing:
    def listen(self):
        super().listen()
        print("listening", cell.path or self.sock.getsockname()[1], flush=True)


class Listening(Announcing, TServerSocket):
    pass


class ListeningSecurely(Announcing, TSSLServerSocket):
    pass


def listener():
    if cell.security == "unix":
        return Listening(unix_socket=cell.path, client_timeout=None)
    if cell.security == "tls":
        return ListeningSecurely("127.0.0.1", 0, client_timeout=None, ssl_context=server_security())
    return Listening("127.0.0.1", 0, client_timeout=None)


def exit_with_parent():
    sys.stdin.read()
    os._exit(0)


logging.disable()
threading.Thread(target=exit_with_parent, daemon=True).start()
processor = TProcessor(idl.Essentials, Handler())
if cell.multiplexed:
    service, processor = processor, TMultiplexedProcessor()
    processor.register_processor("Essentials", service)
TThreadedServer(
    processor, listener(), itrans_factory=transport_factory(), iprot_factory=server_protocol_factory(), daemon=True
).serve()
