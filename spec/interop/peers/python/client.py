"""
Calls a server of everything.thrift with Debian's python3-thrift; dialect.py has its arguments.

Prints "ok CHECK" or "failed CHECK: reason" for each check.
"""

import math
import struct
import sys
import traceback

from dialect import dial
from everything import Base, Everything
from everything.constants import EXTREMES, LARGES, MEDIUMS, REALS, SMALLS, TEXTS, TINIES
from everything.ttypes import (
    Colour,
    Containers,
    Defaults,
    Denied,
    Keyed,
    NotFound,
    Nothing,
    Optionals,
    Point,
    Scalars,
    Shape,
    Tree,
)
from thrift.Thrift import TApplicationException, TMessageType

wire = client = None


def connect():
    global wire, client
    wire = dial()
    client = Everything.Client(wire)
    wire.trans.open()


def disconnect():
    global wire
    if wire:
        wire.trans.close()
    wire = None


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
    wire.writeMessageBegin(name, TMessageType.CALL, seqid)
    Base.ping_args().write(wire)
    wire.writeMessageEnd()
    wire.trans.flush()
    return wire.readMessageBegin()


def ping():
    same(client.ping(), "pong")


def void():
    same(client.nothing(), None)


def booleans():
    echoes(client.echoBool, [True, False])


def integers():
    echoes(client.echoI8, TINIES)
    echoes(client.echoI16, SMALLS)
    echoes(client.echoI32, MEDIUMS)
    echoes(client.echoI64, LARGES)


def doubles():
    echoes(client.echoDouble, REALS + [5e-324, 2.2250738585072014e-308])


def special_doubles():
    echoes(client.echoDouble, [math.inf, -math.inf])
    same(math.isnan(client.echoDouble(math.nan)), True)


def negative_zero():
    same(struct.pack(">d", client.echoDouble(-0.0)), struct.pack(">d", -0.0))


def texts():
    echoes(client.echoString, TEXTS)
    echoes(client.echoTexts, [TEXTS, []])


def control_characters():
    echoes(client.echoString, ["\0 and \x7f", "\ufeff\uffff\U0010ffff"])


def binary():
    echoes(client.echoBinary, [b"", b"\0", bytes(range(256))])


def large_messages():
    echoes(client.echoBinary, [bytes(range(256)) * 1024])
    echoes(client.echoString, ["\u00e4\u4e2d\U0001f600" * 25000])
    echoes(client.echoTexts, [["%d" % index for index in range(5000)]])


def enums():
    echoes(client.echoColour, [Colour.RED, Colour.GREEN, Colour.BLUE, Colour.ULTRAVIOLET])


def enums_beyond_their_names():
    echoes(client.echoColour, [7, -1, -2147483648])
    same(client.echoScalars(Scalars(colour=77)).colour, 77)


def extremes():
    same(client.extremes("lowest"), EXTREMES["lowest"])
    same(client.extremes("highest"), EXTREMES["highest"])
    echoes(client.echoScalars, EXTREMES.values())
    same(raised(NotFound, client.extremes, "nowhere").message, "nowhere")


def optionals_left_out():
    same(client.unset(), Optionals())
    echoes(client.echoOptionals, [Optionals()])


def optionals_given():
    zeros = Optionals(
        truth=False, tiny=0, small=0, medium=0, large=0, real=0.0, text="", bytes=b"", colour=Colour.RED,
        numbers=[], names=set(), labels={}, scalars=EXTREMES["lowest"],
    )
    echoes(client.echoOptionals, [zeros, Optionals(text="alone"), Optionals(truth=True, numbers=[1, 2])])


def unset_fields():
    echoes(client.echoContainers, [Containers()])
    echoes(client.echoScalars, [Scalars()])


def defaults():
    same(client.defaults(), Defaults())
    changed = Defaults(medium=1, numbers=[], names={"a", "b"}, counts={}, point=Point(3, 4), offered=0, nobody=["x"])
    echoes(client.echoDefaults, [Defaults(), changed])


def unions():
    echoes(client.echoShape, [
        Shape(number=-5),
        Shape(number=0),
        Shape(text="a text"),
        Shape(path=[Point(0, 0), Point(1, -1)]),
        Shape(scalars=EXTREMES["highest"]),
        Shape(colour=Colour.GREEN),
        Shape(named={"here": Point(2, 3)}),
    ])


def nested_containers():
    echoes(client.echoContainers, [Containers(
        truths=[True, False, True],
        tinies=TINIES,
        larges=LARGES,
        reals=REALS,
        blobs=[b"", b"\xff\0\xfe"],
        colours=[Colour.BLUE, 99],
        smalls=set(SMALLS),
        names=set(TEXTS),
        labels={-1: "minus", 0: "", 2147483647: "most"},
        scalars=EXTREMES,
        index={"none": [], "some": LARGES},
        deep={1: {"a": [{1, 2}, set()], "b": []}, -2: {}},
        deeper=[[[[[[[[1, 2], []]]]]], []]],
        rows=[{"a": "1"}, {}, {"b": "2", "c": "3"}],
        shapes=[Shape(number=1), Shape(text="two")],
    )])


def recursion():
    tree = Tree(20, [])
    for depth in reversed(range(20)):
        tree = Tree(depth, [Tree(-depth, []), tree])
    echoes(client.echoTree, [tree])


def keys_of_any_type():
    echoes(client.echoKeyed, [Keyed(
        byPoint={Point(1, 2): "a", Point(-1, 2): "b"},
        points={Point(0, 0), Point(0, 1)},
        byId={LARGES[0]: LARGES[-1], 0: 1},
        byReal={0.5: True, -1.25: False},
        byTruth={True: "yes", False: "no"},
        byColour={Colour.GREEN: ["grass"], 1234: []},
        byPath={(): "root", (1, 2): "leaf"},
    )])


def many_arguments():
    same(client.join(True, -1, -2, 3, 9007199254740993, "end"), "true/-1/-2/3/9007199254740993/end")


def declared_exceptions():
    for call in (client.fail, client.failVoid):
        missed = raised(NotFound, call, "notFound")
        same((missed.id, missed.message), (404, "no such thing: ü"))
        denied = raised(Denied, call, "denied")
        same(
            (denied.reason, denied.colour, denied.rights, denied.at),
            ("not yours", Colour.BLUE, ["read", "write"], Point(-1, 1)),
        )
        raised(Nothing, call, "nothing")
    same(client.fail("not at all"), 0)
    same(client.failVoid("not at all"), None)


def undeclared_errors():
    raised(TApplicationException, client.fail, "undeclared")
    raised(TApplicationException, client.failVoid, "undeclared")
    ping()


def undeclared_errors_say_internal_error():
    same(raised(TApplicationException, client.fail, "undeclared").type, TApplicationException.INTERNAL_ERROR)


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
    error.read(wire)
    wire.readMessageEnd()
    same((name, kind, seqid), ("nope", TMessageType.EXCEPTION, 12))
    ping()


def unknown_methods_say_so():
    raw_call("nope", 12)
    error = TApplicationException()
    error.read(wire)
    wire.readMessageEnd()
    same(error.type, TApplicationException.UNKNOWN_METHOD)


def sequence_ids_across_the_wrap():
    for seqid in (2147483646, 2147483647, -2147483648, -2147483647, -1, 0, 1):
        name, kind, echoed = raw_call("ping", seqid)
        result = Base.ping_result()
        result.read(wire)
        wire.readMessageEnd()
        same((name, kind, echoed, result.success), ("ping", TMessageType.REPLY, seqid, "pong"))


def pipelined_calls():
    client.send_later(150, "first")
    client.send_later(0, "second")
    client.send_ping()
    same((client.recv_later(), client.recv_later(), client.recv_ping()), ("first", "second", "pong"))


CHECKS = [
    ping, void, booleans, integers, doubles, special_doubles, negative_zero, texts, control_characters, binary,
    enums, enums_beyond_their_names, extremes, optionals_left_out, optionals_given,
    unset_fields, defaults, unions, nested_containers, recursion, keys_of_any_type, many_arguments,
    declared_exceptions, undeclared_errors, undeclared_errors_say_internal_error, missing_results, oneway,
    unknown_methods, unknown_methods_say_so, sequence_ids_across_the_wrap, pipelined_calls, large_messages,
]

for check in CHECKS:
    name = check.__name__.replace("_", " ")
    try:
        if not wire:
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
