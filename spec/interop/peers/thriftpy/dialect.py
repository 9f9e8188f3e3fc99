"""What both programs of this folder need: the IDL, loaded as it is, and the dialects by name."""

from pathlib import Path

import thriftpy
from thriftpy.protocol import TBinaryProtocolFactory, TCompactProtocolFactory
from thriftpy.transport import TBufferedTransportFactory, TFramedTransportFactory

idl = thriftpy.load(
    str(Path(__file__).resolve().parents[4] / "idl" / "essentials.thrift"), module_name="essentials_thrift"
)

TRANSPORTS = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}

PROTOCOLS = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory}
