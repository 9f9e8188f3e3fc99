"""What the programs beside the matrix need: the code generated for them, and one of three dialects."""

import sys

sys.path.insert(0, sys.argv[1])

from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolFactory
from thrift.protocol.THeaderProtocol import THeaderProtocolFactory
from thrift.transport.THeaderTransport import THeaderSubprotocolID
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransportFactory, TFramedTransportFactory, TTransportFactoryBase

transports, protocols = {
    "binary buffered": (TBufferedTransportFactory(), TBinaryProtocolFactory()),
    "compact framed": (TFramedTransportFactory(), TCompactProtocolFactory()),
    "compact header": (TTransportFactoryBase(), THeaderProtocolFactory(default_protocol=THeaderSubprotocolID.COMPACT)),
}[sys.argv[2]]


def dial(port):
    """A client's protocol over a connection that is not open yet."""
    stream = TSocket("127.0.0.1", port)
    stream.setTimeout(5000)
    return protocols.getProtocol(transports.getTransport(stream))
