"""What both programs of this folder need: the generated code on the path, and the dialects by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build" / "python"))

from thrift.protocol.TBinaryProtocol import TBinaryProtocolAcceleratedFactory, TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolAcceleratedFactory, TCompactProtocolFactory
from thrift.protocol.TJSONProtocol import TJSONProtocolFactory
from thrift.transport.TTransport import TBufferedTransportFactory, TFramedTransportFactory

TRANSPORTS = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}

# The library has its protocols twice: the client uses the ones in Python, the server the ones in C.
CLIENT_PROTOCOLS = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory, "json": TJSONProtocolFactory}
SERVER_PROTOCOLS = {
    "binary": TBinaryProtocolAcceleratedFactory,
    "compact": TCompactProtocolAcceleratedFactory,
    "json": TJSONProtocolFactory,
}
