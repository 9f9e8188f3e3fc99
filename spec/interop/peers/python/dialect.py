"""
What both programs of this folder need: which cell of the matrix they are to speak, and what Debian's python3-thrift
has for it.
"""

import argparse
import socket
import ssl
import sys
from http.server import HTTPServer
from pathlib import Path

import generated  # noqa: F401
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAcceleratedFactory, TBinaryProtocolFactory
from thrift.protocol.TCompactProtocol import TCompactProtocolAcceleratedFactory, TCompactProtocolFactory
from thrift.protocol.THeaderProtocol import THeaderProtocolFactory
from thrift.protocol.TJSONProtocol import TJSONProtocolFactory
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.transport.THeaderTransport import THeaderSubprotocolID, THeaderTransformID
from thrift.transport.THttpClient import THttpClient
from thrift.transport.TSocket import TServerSocket, TSocket
from thrift.transport.TSSLSocket import TSSLServerSocket, TSSLSocket
from thrift.transport.TTransport import (
    CReadableTransport,
    TBufferedTransport,
    TFramedTransport,
    TMemoryBuffer,
    TTransportFactoryBase,
)
from thrift.transport.TZlibTransport import TZlibTransport

HTTP_PATH = "/service"
ANSWER_LIMIT = 5000  # ms

# The library has two of its protocols twice, in Python and in C.
IN_PYTHON = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory, "json": TJSONProtocolFactory}
IN_C = {"binary": TBinaryProtocolAcceleratedFactory, "compact": TCompactProtocolAcceleratedFactory}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--protocol", choices=["binary", "compact", "json"], required=True)
    parser.add_argument("--transport", choices=["buffered", "framed", "header"], required=True)
    parser.add_argument("--wrapping", choices=["plain", "zlib", "http"], required=True)
    parser.add_argument("--security", choices=["tcp", "tls", "unix"], required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--path")
    parser.add_argument("--certificates", type=Path, required=True)
    parser.add_argument("--multiplexed", action="store_true")
    parser.add_argument("--accelerated", action="store_true")
    return parser.parse_args()


cell = parse()


def protocol_factory():
    if cell.transport == "header":
        inner = THeaderSubprotocolID.COMPACT if cell.protocol == "compact" else THeaderSubprotocolID.BINARY
        factory = THeaderProtocolFactory(default_protocol=inner)
    else:
        factory = (IN_C if cell.accelerated else IN_PYTHON)[cell.protocol]()
    # Where the C extension cannot be loaded the library goes on without a word.
    found = getattr(factory.getProtocol(TMemoryBuffer()), "_fast_decode", None) is not None
    if found != cell.accelerated:
        sys.exit("the protocol is %sthe one in C" % ("" if found else "not "))
    return factory


class StreamFactory(TTransportFactoryBase):
    """The frames, or the bare messages, inside the compressed stream if there is one."""

    def getTransport(self, stream):
        if cell.transport == "header":
            return stream
        if cell.wrapping == "zlib":
            stream = TZlibTransport(stream)
        transport = TFramedTransport(stream) if cell.transport == "framed" else TBufferedTransport(stream)
        assert isinstance(transport, CReadableTransport)
        return transport


def dial():
    """A client's protocol over a connection that is not open yet."""
    authority = str(cell.certificates / "ca.crt")
    if cell.wrapping == "http":
        scheme = "https" if cell.security == "tls" else "http"
        stream = THttpClient("%s://127.0.0.1:%d%s" % (scheme, cell.port, HTTP_PATH), cafile=authority)
    elif cell.security == "tls":
        stream = TSSLSocket("127.0.0.1", cell.port, ca_certs=authority)
    elif cell.security == "unix":
        stream = TSocket(unix_socket=cell.path)
    else:
        stream = TSocket("127.0.0.1", cell.port)
    stream.setTimeout(ANSWER_LIMIT)
    protocol = protocol_factory().getProtocol(StreamFactory().getTransport(stream))
    if cell.transport == "header" and cell.wrapping == "zlib":
        protocol.add_transform(THeaderTransformID.ZLIB)
    return TMultiplexedProtocol(protocol, "Everything") if cell.multiplexed else protocol


def announce(handle):
    print("listening", cell.path or handle.getsockname()[1], flush=True)


def listener():
    class Announcing:
        def listen(self):
            super().listen()
            announce(self.handle)

    class Plain(Announcing, TServerSocket):
        pass

    class Secure(Announcing, TSSLServerSocket):
        pass

    if cell.security == "unix":
        return Plain(unix_socket=cell.path)
    if cell.security == "tls":
        certificate, key = (str(cell.certificates / name) for name in ("server.crt", "server.key"))
        return Secure("127.0.0.1", 0, certfile=certificate, keyfile=key)
    return Plain("127.0.0.1", 0, socket_family=socket.AF_INET)


class HttpListener(HTTPServer):
    """
    Its own way to TLS asks ssl.create_default_context for a client's context, which Python 3.10 and later do not let
    a server use; and it has no way to Unix sockets. So both are done in the class of HTTP servers that it is given.
    """

    address_family = socket.AF_UNIX if cell.security == "unix" else socket.AF_INET

    def server_bind(self):
        if cell.security == "unix":
            self.socket.bind(self.server_address)
            return
        super().server_bind()

    def get_request(self):
        connection, address = super().get_request()
        # Clients of Unix sockets have no address, and its log wants one.
        return connection, address or ("unix", 0)

    def server_activate(self):
        super().server_activate()
        announce(self.socket)
        if cell.security == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cell.certificates / "server.crt", cell.certificates / "server.key")
            self.socket = context.wrap_socket(self.socket, server_side=True)


def http_address():
    return cell.path if cell.security == "unix" else ("127.0.0.1", 0)
