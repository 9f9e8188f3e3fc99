"""
Asks a server for its IDL with Debian's python3-thrift: reflection_client.py GENERATED DIALECT PORT

Prints the files by name, and the hash that it makes of them by the words of the contract beside the one it was sent.
"""

import hashlib
import json
import sys

from simple_dialect import dial
from reflection import ThriftReflection
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol

protocol = dial(int(sys.argv[3]))
client = ThriftReflection.Client(TMultiplexedProtocol(protocol, "ThriftReflection"))
protocol.trans.open()
schema = client.getThriftSchema()

parts = [len(schema.services)]
for service in schema.services:
    parts += [service.name, service.file]
parts.append(len(schema.files))
for file in sorted(schema.files, key=lambda file: file.name.encode()):
    parts += [file.name, file.text, len(file.includes)]
    for path in sorted(file.includes, key=str.encode):
        parts += [path, file.includes[path]]
strings = [str(part).encode() for part in parts]
whole = b"".join(b"%d:%s," % (len(string), string) for string in strings)

print(
    json.dumps(
        {
            "services": [[service.name, service.file] for service in schema.services],
            "files": {file.name: [file.text, file.includes] for file in schema.files},
            "hashes": [schema.hash, hashlib.sha256(whole).hexdigest()],
        }
    )
)
