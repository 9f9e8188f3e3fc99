"""A server with Apache's library, and code that its compiler generates: thrift --gen py idl/pingpong.thrift"""

import os
import sys

sys.path.insert(0, "gen-py")

from pingpong import PingPong
from thrift.server.TServer import TThreadedServer
from thrift.transport.TSocket import TServerSocket


class Handler:
    def ping(self):
        return "pong"

    def login(self, username, password):
        return "登录成功!"


listener = TServerSocket("127.0.0.1", int(os.environ.get("PORT", 9000)))
TThreadedServer(PingPong.Processor(Handler()), listener, daemon=True).serve()
