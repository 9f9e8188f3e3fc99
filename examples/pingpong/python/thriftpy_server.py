"""The tutorial's server: thriftpy loads the IDL, as livethrift does."""

import os
from pathlib import Path

import thriftpy
from thriftpy.rpc import make_server

IDL = Path(__file__).resolve().parents[3] / "idl" / "pingpong.thrift"
pingpong = thriftpy.load(str(IDL), module_name="pingpong_thrift")


class Dispatcher:
    def ping(self):
        return "pong"

    def login(self, username, password):
        return "登录成功!"


server = make_server(pingpong.PingPong, Dispatcher(), "127.0.0.1", int(os.environ.get("PORT", 9000)))
server.serve()
