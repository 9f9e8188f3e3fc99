"""Serves everything.thrift with Debian's python3-thrift; dialect.py has its arguments."""

import logging
import os
import sys
import threading
import time

from dialect import HttpListener, StreamFactory, cell, http_address, listener, protocol_factory
from everything import Everything
from everything.constants import EXTREMES
from everything.ttypes import Colour, Defaults, Denied, NotFound, Nothing, Optionals, Point
from thrift.server.THttpServer import THttpServer
from thrift.server.TServer import TThreadedServer
from thrift.TMultiplexedProcessor import TMultiplexedProcessor


class Handler:
    def __init__(self):
        self.total = 0

    def ping(self):
        return "pong"

    def nothing(self):
        return None

    def echo(self, value):
        return value

    echoBool = echoI8 = echoI16 = echoI32 = echoI64 = echoDouble = echoString = echoBinary = echoColour = echo
    echoTexts = echoScalars = echoOptionals = echoDefaults = echoShape = echoTree = echoContainers = echoKeyed = echo

    def extremes(self, which):
        if which not in EXTREMES:
            raise NotFound(id=0, message=which)
        return EXTREMES[which]

    def defaults(self):
        return Defaults()

    def unset(self):
        return Optionals()

    def join(self, truth, tiny, small, medium, large, text):
        return "/".join(["true" if truth else "false", str(tiny), str(small), str(medium), str(large), text])

    def fail(self, how):
        if how == "notFound":
            raise NotFound(id=404, message="no such thing: ü")
        if how == "denied":
            raise Denied(reason="not yours", colour=Colour.BLUE, rights=["read", "write"], at=Point(-1, 1))
        if how == "nothing":
            raise Nothing()
        if how == "undeclared":
            raise RuntimeError("a detail of the server")
        return 0

    failVoid = fail

    def missing(self):
        return None

    def later(self, milliseconds, text):
        time.sleep(milliseconds / 1000)
        return text

    def count(self, by):
        self.total += by

    def counted(self):
        return self.total


def exit_with_parent():
    sys.stdin.read()
    os._exit(0)


logging.disable()
threading.Thread(target=exit_with_parent, daemon=True).start()
processor = Everything.Processor(Handler())
if cell.multiplexed:
    service, processor = processor, TMultiplexedProcessor()
    processor.registerProcessor("Everything", service)
if cell.wrapping == "http":
    THttpServer(processor, http_address(), protocol_factory(), server_class=HttpListener).serve()
else:
    TThreadedServer(processor, listener(), StreamFactory(), protocol_factory(), daemon=True).serve()
