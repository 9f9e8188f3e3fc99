"""
What both programs of this folder need: the IDL, loaded as it is, which cell of the matrix they are to speak, and what
Debian's thriftpy has for it.
"""

import argparse
import socket
import ssl
from pathlib import Path

import thriftpy
from thriftpy.protocol import TBinaryProtocolFactory, TCompactProtocolFactory, TMultiplexedProtocolFactory
from thriftpy.transport import TBufferedTransportFactory, TFramedTransportFactory

idl = thriftpy.load(
    str(Path(__file__).resolve().parents[4] / "idl" / "essentials.thrift"), module_name="essentials_thrift"
)

TRANSPORTS = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}
PROTOCOLS = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=PROTOCOLS, required=True)
    parser.add_argument("--transport", choices=TRANSPORTS, required=True)
    parser.add_argument("--wrapping", choices=["plain"], required=True)
    parser.add_argument("--security", choices=["tcp", "tls", "unix"], required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--path")
    parser.add_argument("--certificates", type=Path, required=True)
    parser.add_argument("--multiplexed", action="store_true")
    return parser.parse_args()


cell = parse()
if cell.security == "unix":
    # It asks for this option wherever Python has a name for it; Linux has come to refuse it for Unix sockets.
    del socket.SO_REUSEPORT


def transport_factory():
    return TRANSPORTS[cell.transport]()


def client_protocol_factory():
    factory = PROTOCOLS[cell.protocol]()
    return TMultiplexedProtocolFactory(factory, "Essentials") if cell.multiplexed else factory


def server_protocol_factory():
    return PROTOCOLS[cell.protocol]()


def client_security():
    return {"cafile": str(cell.certificates / "ca.crt")} if cell.security == "tls" else {}


def server_security():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cell.certificates / "server.crt", cell.certificates / "server.key")
    return context
