"""A client with Apache's library, and code that its compiler generates: thrift --gen py idl/pingpong.thrift"""

import os
import sys

sys.path.insert(0, "gen-py")

from pingpong import PingPong
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

transport = TBufferedTransport(TSocket("127.0.0.1", int(os.environ.get("PORT", 9000))))
client = PingPong.Client(TBinaryProtocol(transport))
transport.open()
print(client.ping())
print(client.login("root", "password"))
transport.close()
