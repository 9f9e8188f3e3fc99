"""The tutorial's client: thriftpy loads the IDL, as livethrift does."""

import os
from pathlib import Path

import thriftpy
from thriftpy.rpc import make_client

IDL = Path(__file__).resolve().parents[3] / "idl" / "pingpong.thrift"
pingpong = thriftpy.load(str(IDL), module_name="pingpong_thrift")

client = make_client(pingpong.PingPong, "127.0.0.1", int(os.environ.get("PORT", 9000)))
print(client.ping())
print(client.login("root", "password"))
client.close()
