"""Reads a struct of everything.thrift from stdin, binary, and prints it by TSimpleJSONProtocol: simple_json.py STRUCT"""

import sys

import generated  # noqa: F401
from everything import ttypes
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TJSONProtocol import TSimpleJSONProtocol
from thrift.transport.TTransport import TMemoryBuffer

value = getattr(ttypes, sys.argv[1])()
value.read(TBinaryProtocol(TMemoryBuffer(sys.stdin.buffer.read())))
written = TMemoryBuffer()
value.write(TSimpleJSONProtocol(written))
sys.stdout.buffer.write(written.getvalue())
