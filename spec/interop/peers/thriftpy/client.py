"""
Calls a server of essentials.thrift with thriftpy; dialect.py has its arguments.

Prints "ok CHECK" or "failed CHECK: reason" for each check.
"""

import math
import struct
import traceback

from dialect import cell, client_protocol_factory, client_security, idl, transport_factory
from thriftpy.rpc import make_client
from thriftpy.thrift import TApplicationException, TMessageType

client = None


def connect():
    global client
    client = make_client(
        idl.Essentials, "127.0.0.1", cell.port, unix_socket=cell.path, trans_factory=transport_factory(),
        proto_factory=client_protocol_factory(), timeout=5000, **client_security(),
    )


def disconnect():
    global client
    if client:
        client.close()
    client = None


def same(actual, expected):
    if actual != expected:
        raise AssertionError("expected %.200r, got %.200r" % (expected, actual))


def echoes(method, values):
    for value in values:
        same(method(value), value)


def raised(kind, call, *arguments):
    try:
        result = call(*arguments)
    except kind as error:
        return error
    raise AssertionError("expected %s, got the result %r" % (kind.__name__, result))


def raw_call(name, seqid):
    """Writes a call without arguments as it is told to, and returns the header of what comes back."""
    client._oprot.write_message_begin(name, TMessageType.CALL, seqid)
    idl.Essentials.ping_args().write(client._oprot)
    client._oprot.write_message_end()
    client._oprot.trans.flush()
    return client._iprot.read_message_begin()


def record(**changes):
    fields = dict(
        truth=False, tiny=-128, small=-32768, medium=-2147483648, large=-9223372036854775808, real=0.1, text="ü",
        bytes=b"\xff\0\xfe", level=idl.Level.LOW, larges=idl.LARGES, names=["only"],
        index={"": [], "a": [{1: "one", -2: ""}, {}]}, points={0: idl.Point(1, 2), 1 << 62: idl.Point(-1, -2)},
    )
    fields.update(changes)
    return idl.Record(**fields)


def ping():
    same(client.ping(), "pong")


def void():
    same(client.nothing(), None)


def integers():
    echoes(client.echoI64, idl.LARGES)


def doubles():
    echoes(client.echoDouble, [0.0, 1.5, -0.1, 5e-324, 1.7976931348623157e308, math.inf, -math.inf])
    same(math.isnan(client.echoDouble(math.nan)), True)
    same(struct.pack(">d", client.echoDouble(-0.0)), struct.pack(">d", -0.0))


def texts():
    echoes(client.echoTexts, [idl.TEXTS, [], ["\0 and \x7f", "\ufeff\uffff\U0010ffff"]])


def binary():
    # What happens to be valid UTF-8 comes back as text.
    echoes(client.echoBinary, [bytes(range(256)), b"\xff", bytes(range(256)) * 1024])
    same(client.echoBinary(b""), "")


def enums():
    echoes(client.echoLevel, [idl.Level.LOW, idl.Level.MIDDLE, idl.Level.HIGH])


def enums_beyond_their_names():
    echoes(client.echoLevel, [7, -1, -2147483648])


def structs():
    most = record(truth=True, tiny=127, small=32767, medium=2147483647, large=9223372036854775807, real=-1e300)
    echoes(client.echoRecord, [record(), most, record(at=idl.Point(0, 0), note="")])


def unset_fields():
    same(client.unset(), idl.Record())
    echoes(client.echoRecord, [idl.Record()])


def defaults():
    same(client.defaults(), idl.Defaults())
    echoes(client.echoDefaults, [idl.Defaults(), idl.Defaults(medium=1, numbers=[], counts={}, offered=0)])


def unions():
    echoes(client.echoEither, [
        idl.Either(number=0), idl.Either(text="a text"), idl.Either(path=[idl.Point(0, 0), idl.Point(1, -1)]),
    ])


def recursion():
    tree = idl.Tree(20, [])
    for depth in reversed(range(20)):
        tree = idl.Tree(depth, [idl.Tree(-depth, []), tree])
    echoes(client.echoTree, [tree])


def many_arguments():
    same(client.join(True, -1, -2, 3, 9007199254740993, "end"), "true/-1/-2/3/9007199254740993/end")


def declared_exceptions():
    for call in (client.fail, client.failVoid):
        missed = raised(idl.NotFound, call, "notFound")
        same((missed.id, missed.message), (404, "no such thing: ü"))
        denied = raised(idl.Denied, call, "denied")
        same((denied.reason, denied.level, denied.rights), ("not yours", idl.Level.HIGH, ["read", "write"]))
    same(client.fail("not at all"), 0)
    same(client.failVoid("not at all"), None)


def undeclared_errors():
    same(raised(TApplicationException, client.fail, "undeclared").type, TApplicationException.INTERNAL_ERROR)
    ping()


def missing_results():
    raised(TApplicationException, client.missing)
    ping()


def oneway():
    before = client.counted()
    client.count(3)
    client.count(4)
    same(client.counted(), before + 7)


def unknown_methods():
    name, kind, seqid = raw_call("nope", 12)
    error = TApplicationException()
    error.read(client._iprot)
    client._iprot.read_message_end()
    same((name, kind, seqid, error.type), ("nope", TMessageType.EXCEPTION, 12, TApplicationException.UNKNOWN_METHOD))
    ping()


def sequence_ids_across_the_wrap():
    for seqid in (2147483646, 2147483647, -2147483648, -2147483647, -1, 0, 1):
        name, kind, echoed = raw_call("ping", seqid)
        result = idl.Essentials.ping_result()
        result.read(client._iprot)
        client._iprot.read_message_end()
        same((name, kind, echoed, result.success), ("ping", TMessageType.REPLY, seqid, "pong"))


CHECKS = [
    ping, void, integers, doubles, texts, binary, enums, enums_beyond_their_names, structs, unset_fields, defaults,
    unions, recursion, many_arguments, declared_exceptions, undeclared_errors, missing_results, oneway,
    unknown_methods, sequence_ids_across_the_wrap,
]

for check in CHECKS:
    name = check.__name__.replace("_", " ")
    try:
        if not client:
            connect()
        check()
        print("ok", name, flush=True)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        complaint = "%s: %.200s" % (type(error).__name__, error)
        print("failed %s: line %d: %s" % (name, where.lineno, complaint.replace("\n", " ")), flush=True)
        # What is left on the connection could spoil the checks that follow.
        disconnect()
disconnect()
