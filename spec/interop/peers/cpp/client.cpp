// Calls a server of everything.thrift with Debian's libthrift; dialect.h has its arguments.
// Prints "ok CHECK" or "failed CHECK: reason" for each check.

#include <cmath>
#include <csignal>
#include <cstring>
#include <functional>
#include <iostream>
#include <limits>

#include <thrift/TApplicationException.h>

#include "Everything.h"
#include "dialect.h"
#include "everything_constants.h"

using namespace everything;
using apache::thrift::TApplicationException;
using apache::thrift::protocol::TMessageType;
using apache::thrift::protocol::TProtocol;

namespace {

std::shared_ptr<TProtocol> wire;
std::unique_ptr<EverythingClient> client;
const auto& expected = g_everything_constants;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::logic_error(what);
}

template <typename Value>
void same(const Value& actual, const Value& wanted, const std::string& what) {
  require(actual == wanted, what + " came back different");
}

// For methods that return scalars, and for those that fill in a result.
template <typename Value, typename Sent>
void echoes(Value (EverythingClient::*method)(Sent), const std::vector<Value>& values) {
  for (size_t i = 0; i < values.size(); i++)
    same((client.get()->*method)(values[i]), static_cast<Value>(values[i]), "value " + std::to_string(i));
}

template <typename Value>
void echoes(void (EverythingClient::*method)(Value&, const Value&), const std::vector<Value>& values) {
  for (size_t i = 0; i < values.size(); i++) {
    Value result;
    (client.get()->*method)(result, values[i]);
    same(result, values[i], "value " + std::to_string(i));
  }
}

template <typename Error>
Error raised(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("no exception was raised");
}

struct Header {
  std::string name;
  TMessageType type;
  int32_t seqid;
};

// Writes a call without arguments as it is told to, and returns the header of what comes back.
Header rawCall(const std::string& name, int32_t seqid) {
  wire->writeMessageBegin(name, apache::thrift::protocol::T_CALL, seqid);
  Base_ping_pargs().write(wire.get());
  wire->writeMessageEnd();
  wire->getTransport()->writeEnd();
  wire->getTransport()->flush();
  Header header;
  wire->readMessageBegin(header.name, header.type, header.seqid);
  return header;
}

TApplicationException rawError() {
  TApplicationException error;
  error.read(wire.get());
  wire->readMessageEnd();
  wire->getTransport()->readEnd();
  return error;
}

Point point(int32_t x, int32_t y) {
  Point result;
  result.__set_x(x);
  result.__set_y(y);
  return result;
}

template <typename Struct>
Struct with(const std::function<void(Struct&)>& fill) {
  Struct result;
  fill(result);
  return result;
}

void ping() {
  std::string result;
  client->ping(result);
  same<std::string>(result, "pong", "ping");
}

void nothing() { client->nothing(); }

void booleans() {
  same(client->echoBool(true), true, "true");
  same(client->echoBool(false), false, "false");
}

void integers() {
  echoes<int8_t, const int8_t>(&EverythingClient::echoI8, expected.TINIES);
  echoes<int16_t, const int16_t>(&EverythingClient::echoI16, expected.SMALLS);
  echoes<int32_t, const int32_t>(&EverythingClient::echoI32, expected.MEDIUMS);
  echoes<int64_t, const Id>(&EverythingClient::echoI64, expected.LARGES);
}

void doubles() {
  echoes<double, const double>(&EverythingClient::echoDouble, expected.REALS);
  echoes<double, const double>(&EverythingClient::echoDouble,
                               {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min()});
}

void specialDoubles() {
  const double infinity = std::numeric_limits<double>::infinity();
  echoes<double, const double>(&EverythingClient::echoDouble, {infinity, -infinity});
  require(std::isnan(client->echoDouble(std::numeric_limits<double>::quiet_NaN())), "NaN came back different");
}

void negativeZero() { require(std::signbit(client->echoDouble(-0.0)), "the sign was lost"); }

void texts() {
  echoes<std::string>(&EverythingClient::echoString, expected.TEXTS);
  echoes<std::vector<std::string>>(&EverythingClient::echoTexts, {expected.TEXTS, {}});
}

void controlCharacters() {
  echoes<std::string>(&EverythingClient::echoString,
                      {std::string("\0 and \x7f", 7), "\xef\xbb\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf"});
}

void binary() {
  std::string all;
  for (int byte = 0; byte < 256; byte++) all.push_back(static_cast<char>(byte));
  echoes<std::string>(&EverythingClient::echoBinary, {"", std::string(1, '\0'), all});
}

void largeMessages() {
  std::string bytes, text;
  std::vector<std::string> many;
  for (int i = 0; i < 1 << 18; i++) bytes.push_back(static_cast<char>(i));
  for (int i = 0; i < 25000; i++) text += "ä中😀";
  for (int i = 0; i < 5000; i++) many.push_back(std::to_string(i));
  echoes<std::string>(&EverythingClient::echoBinary, {bytes});
  echoes<std::string>(&EverythingClient::echoString, {text});
  echoes<std::vector<std::string>>(&EverythingClient::echoTexts, {many});
}

void enums() {
  for (auto colour : {Colour::RED, Colour::GREEN, Colour::BLUE, Colour::ULTRAVIOLET})
    same(client->echoColour(colour), colour, "a colour");
}

void enumsBeyondTheirNames() {
  for (int32_t number : {7, -1, std::numeric_limits<int32_t>::min()})
    same(static_cast<int32_t>(client->echoColour(static_cast<Colour::type>(number))), number, std::to_string(number));
  Scalars result;
  client->echoScalars(result, with<Scalars>([](Scalars& it) { it.__set_colour(static_cast<Colour::type>(77)); }));
  same(static_cast<int32_t>(result.colour), 77, "77 in a struct");
}

void extremes() {
  Scalars result;
  for (const auto& [which, scalars] : expected.EXTREMES) {
    client->extremes(result, which);
    same(result, scalars, which);
    echoes<Scalars>(&EverythingClient::echoScalars, {scalars});
  }
  same<std::string>(raised<NotFound>([&] { client->extremes(result, "nowhere"); }).message, "nowhere", "the text");
}

void optionalsLeftOut() {
  Optionals result;
  client->unset(result);
  same(result, Optionals(), "the unset struct");
  echoes<Optionals>(&EverythingClient::echoOptionals, {Optionals()});
}

void optionalsGiven() {
  Optionals zeros, alone;
  zeros.__set_truth(false);
  zeros.__set_tiny(0);
  zeros.__set_small(0);
  zeros.__set_medium(0);
  zeros.__set_large(0);
  zeros.__set_real(0);
  zeros.__set_text("");
  zeros.__set_bytes("");
  zeros.__set_colour(Colour::RED);
  zeros.__set_numbers({});
  zeros.__set_names({});
  zeros.__set_labels({});
  zeros.__set_scalars(expected.EXTREMES.at("lowest"));
  alone.__set_text("alone");
  echoes<Optionals>(&EverythingClient::echoOptionals, {zeros, alone});
}

// A struct holds a value in every field that is not optional, and sends it.
void unsetFields() {
  Containers containers;
  client->echoContainers(containers, Containers());
  require(!containers.__isset.truths && !containers.__isset.shapes, "fields that nobody set came back");
  Scalars scalars;
  client->echoScalars(scalars, Scalars());
  require(!scalars.__isset.medium && !scalars.__isset.text, "fields that nobody set came back");
}

void defaults() {
  Defaults result, changed;
  client->defaults(result);
  same(result, Defaults(), "the server's defaults");
  changed.__set_medium(1);
  changed.__set_numbers({});
  changed.__set_names({"a", "b"});
  changed.__set_counts({});
  changed.__set_point(point(3, 4));
  changed.__set_offered(0);
  changed.__set_nobody({"x"});
  echoes<Defaults>(&EverythingClient::echoDefaults, {Defaults(), changed});
}

void unions() {
  echoes<Shape>(&EverythingClient::echoShape,
                {
                    with<Shape>([](Shape& it) { it.__set_number(-5); }),
                    with<Shape>([](Shape& it) { it.__set_number(0); }),
                    with<Shape>([](Shape& it) { it.__set_text("a text"); }),
                    with<Shape>([](Shape& it) { it.__set_path({point(0, 0), point(1, -1)}); }),
                    with<Shape>([](Shape& it) { it.__set_scalars(expected.EXTREMES.at("highest")); }),
                    with<Shape>([](Shape& it) { it.__set_colour(Colour::GREEN); }),
                    with<Shape>([](Shape& it) { it.__set_named({{"here", point(2, 3)}}); }),
                });
}

void nestedContainers() {
  Containers full;
  full.__set_truths({true, false, true});
  full.__set_tinies(expected.TINIES);
  full.__set_larges(expected.LARGES);
  full.__set_reals(expected.REALS);
  full.__set_blobs({"", std::string("\xff\0\xfe", 3)});
  full.__set_colours({Colour::BLUE, static_cast<Colour::type>(99)});
  full.__set_smalls({expected.SMALLS.begin(), expected.SMALLS.end()});
  full.__set_names({expected.TEXTS.begin(), expected.TEXTS.end()});
  full.__set_labels({{-1, "minus"}, {0, ""}, {2147483647, "most"}});
  full.__set_scalars(expected.EXTREMES);
  full.__set_index({{"none", {}}, {"some", expected.LARGES}});
  full.__set_deep({{1, {{"a", {{1, 2}, {}}}, {"b", {}}}}, {-2, {}}});
  full.deeper.resize(2);
  full.deeper[0] = {{{{{{{1, 2}, {}}}}}}};
  full.__isset.deeper = true;
  full.__set_rows({{{"a", "1"}}, {}, {{"b", "2"}, {"c", "3"}}});
  full.__set_shapes({with<Shape>([](Shape& it) { it.__set_number(1); }),
                     with<Shape>([](Shape& it) { it.__set_text("two"); })});
  echoes<Containers>(&EverythingClient::echoContainers, {Containers(), full});
}

void recursion() {
  Tree tree;
  tree.__set_value(20);
  for (int depth = 19; depth >= 0; depth--) {
    Tree leaf, parent;
    leaf.__set_value(-depth);
    parent.__set_value(depth);
    parent.__set_children({leaf, tree});
    tree = parent;
  }
  echoes<Tree>(&EverythingClient::echoTree, {tree});
}

void keysOfAnyType() {
  Keyed keyed;
  keyed.__set_byPoint({{point(1, 2), "a"}, {point(-1, 2), "b"}});
  keyed.__set_points({point(0, 0), point(0, 1)});
  keyed.__set_byId({{std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}, {0, 1}});
  keyed.__set_byReal({{0.5, true}, {-1.25, false}});
  keyed.__set_byTruth({{true, "yes"}, {false, "no"}});
  keyed.__set_byColour({{Colour::GREEN, {"grass"}}, {static_cast<Colour::type>(1234), {}}});
  keyed.__set_byPath({{{}, "root"}, {{1, 2}, "leaf"}});
  echoes<Keyed>(&EverythingClient::echoKeyed, {keyed});
}

void manyArguments() {
  std::string result;
  client->join(result, true, -1, -2, 3, 9007199254740993, "end");
  same<std::string>(result, "true/-1/-2/3/9007199254740993/end", "the joined text");
}

void declaredExceptions() {
  const std::function<void(std::string)> ways[] = {
      [](std::string how) { client->fail(how); },
      [](std::string how) { client->failVoid(how); },
  };
  for (const auto& call : ways) {
    const auto missed = raised<NotFound>([&] { call("notFound"); });
    same(missed.id, 404, "NotFound.id");
    same<std::string>(missed.message, "no such thing: ü", "NotFound.message");
    const auto denied = raised<Denied>([&] { call("denied"); });
    same<std::string>(denied.reason, "not yours", "Denied.reason");
    same(denied.colour, Colour::BLUE, "Denied.colour");
    same(denied.rights, {"read", "write"}, "Denied.rights");
    require(denied.__isset.at, "Denied.at is unset");
    same(denied.at, point(-1, 1), "Denied.at");
    raised<Nothing>([&] { call("nothing"); });
  }
  same(client->fail("not at all"), 0, "the result");
  client->failVoid("not at all");
}

void undeclaredErrors() {
  raised<TApplicationException>([] { client->fail("undeclared"); });
  raised<TApplicationException>([] { client->failVoid("undeclared"); });
  ping();
}

void undeclaredErrorsSayInternalError() {
  const auto error = raised<TApplicationException>([] { client->fail("undeclared"); });
  same(error.getType(), TApplicationException::INTERNAL_ERROR, "the type");
}

void missingResults() {
  std::string result;
  raised<TApplicationException>([&] { client->missing(result); });
  ping();
}

void oneway() {
  const int32_t before = client->counted();
  client->count(3);
  client->count(4);
  same(client->counted(), before + 7, "the count");
}

void unknownMethods() {
  const Header header = rawCall("nope", 12);
  rawError();
  same<std::string>(header.name, "nope", "the name");
  same(header.type, apache::thrift::protocol::T_EXCEPTION, "the message type");
  same(header.seqid, 12, "the sequence id");
  ping();
}

void unknownMethodsSaySo() {
  rawCall("nope", 12);
  same(rawError().getType(), TApplicationException::UNKNOWN_METHOD, "the type");
}

void sequenceIds() {
  for (const int64_t seqid : {2147483646LL, 2147483647LL, -2147483648LL, -2147483647LL, -1LL, 0LL, 1LL}) {
    const Header header = rawCall("ping", static_cast<int32_t>(seqid));
    std::string text;
    Base_ping_presult result;
    result.success = &text;
    result.read(wire.get());
    wire->readMessageEnd();
    wire->getTransport()->readEnd();
    same<int64_t>(header.seqid, seqid, "the sequence id");
    same(header.type, apache::thrift::protocol::T_REPLY, "the message type");
    same<std::string>(text, "pong", "ping");
  }
}

void pipelinedCalls() {
  std::string first, second, third;
  client->send_later(150, "first");
  client->send_later(0, "second");
  client->send_ping();
  client->recv_later(first);
  client->recv_later(second);
  client->recv_ping(third);
  same<std::string>(first + " " + second + " " + third, "first second pong", "the order");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const Cell cell = cellFrom(argc, argv);
  const auto connect = [&] {
    wire = dial(cell);
    client = std::make_unique<EverythingClient>(wire);
    wire->getTransport()->open();
  };
  // Some of its transports write once more when they are closed, and throw where nobody reads it.
  const auto close = [] {
    try {
      if (wire) wire->getTransport()->close();
    } catch (const apache::thrift::TException&) {
    }
    wire = nullptr;
  };

  const std::pair<const char*, void (*)()> checks[] = {
      {"ping", ping},
      {"void", nothing},
      {"booleans", booleans},
      {"integers", integers},
      {"doubles", doubles},
      {"special doubles", specialDoubles},
      {"negative zero", negativeZero},
      {"texts", texts},
      {"control characters", controlCharacters},
      {"binary", binary},
      {"enums", enums},
      {"enums beyond their names", enumsBeyondTheirNames},
      {"extremes", extremes},
      {"optionals left out", optionalsLeftOut},
      {"optionals given", optionalsGiven},
      {"unset fields", unsetFields},
      {"defaults", defaults},
      {"unions", unions},
      {"nested containers", nestedContainers},
      {"recursion", recursion},
      {"keys of any type", keysOfAnyType},
      {"many arguments", manyArguments},
      {"declared exceptions", declaredExceptions},
      {"undeclared errors", undeclaredErrors},
      {"undeclared errors say internal error", undeclaredErrorsSayInternalError},
      {"missing results", missingResults},
      {"oneway", oneway},
      {"unknown methods", unknownMethods},
      {"unknown methods say so", unknownMethodsSaySo},
      {"sequence ids across the wrap", sequenceIds},
      {"pipelined calls", pipelinedCalls},
      {"large messages", largeMessages},
  };
  for (const auto& [name, check] : checks) {
    try {
      if (!wire) connect();
      check();
      std::cout << "ok " << name << std::endl;
    } catch (const std::exception& error) {
      std::cout << "failed " << name << ": " << error.what() << std::endl;
      // What is left on the connection could spoil the checks that follow.
      close();
    }
  }
  close();
}
