// Serves everything.thrift with Debian's libthrift; dialect.h has its arguments.

#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include <thrift/TOutput.h>
#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TServerSocket.h>

#include "Everything.h"
#include "dialect.h"
#include "everything_constants.h"

using namespace everything;
using apache::thrift::transport::TServerSocket;

class Handler : public EverythingIf {
  std::atomic<int32_t> total{0};

 public:
  void ping(std::string& result) override { result = "pong"; }
  void nothing() override {}
  bool echoBool(const bool value) override { return value; }
  int8_t echoI8(const int8_t value) override { return value; }
  int16_t echoI16(const int16_t value) override { return value; }
  int32_t echoI32(const int32_t value) override { return value; }
  Id echoI64(const Id value) override { return value; }
  double echoDouble(const double value) override { return value; }
  void echoString(std::string& result, const std::string& value) override { result = value; }
  void echoBinary(std::string& result, const std::string& value) override { result = value; }
  Colour::type echoColour(const Colour::type value) override { return value; }
  void echoTexts(std::vector<std::string>& result, const std::vector<std::string>& value) override { result = value; }
  void echoScalars(Scalars& result, const Scalars& value) override { result = value; }
  void echoOptionals(Optionals& result, const Optionals& value) override { result = value; }
  void echoDefaults(Defaults& result, const Defaults& value) override { result = value; }
  void echoShape(Shape& result, const Shape& value) override { result = value; }
  void echoTree(Tree& result, const Tree& value) override { result = value; }
  void echoContainers(Containers& result, const Containers& value) override { result = value; }
  void echoKeyed(Keyed& result, const Keyed& value) override { result = value; }

  void extremes(Scalars& result, const std::string& which) override {
    const auto found = g_everything_constants.EXTREMES.find(which);
    if (found == g_everything_constants.EXTREMES.end()) {
      NotFound error;
      error.__set_id(0);
      error.__set_message(which);
      throw error;
    }
    result = found->second;
  }

  void defaults(Defaults& result) override { result = Defaults(); }
  void unset(Optionals& result) override { result = Optionals(); }

  void join(std::string& result, const bool truth, const int8_t tiny, const int16_t small, const int32_t medium,
            const int64_t large, const std::string& text) override {
    result = std::string(truth ? "true" : "false") + "/" + std::to_string(tiny) + "/" + std::to_string(small) + "/" +
             std::to_string(medium) + "/" + std::to_string(large) + "/" + text;
  }

  int32_t fail(const std::string& how) override {
    failVoid(how);
    return 0;
  }

  void failVoid(const std::string& how) override {
    if (how == "notFound") {
      NotFound error;
      error.__set_id(404);
      error.__set_message("no such thing: ü");
      throw error;
    }
    if (how == "denied") {
      Denied error;
      Point at;
      at.__set_x(-1);
      at.__set_y(1);
      error.__set_reason("not yours");
      error.__set_colour(Colour::BLUE);
      error.__set_rights({"read", "write"});
      error.__set_at(at);
      throw error;
    }
    if (how == "nothing") throw Nothing();
    if (how == "undeclared") throw std::runtime_error("a detail of the server");
  }

  // C++ has no way to leave a result out.
  void missing(std::string&) override {}

  void later(std::string& result, const int32_t milliseconds, const std::string& text) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    result = text;
  }

  void count(const int32_t by) override { total += by; }
  int32_t counted() override { return total; }
};

class Announce : public apache::thrift::server::TServerEventHandler {
  std::shared_ptr<TServerSocket> socket;

 public:
  explicit Announce(std::shared_ptr<TServerSocket> socket) : socket(std::move(socket)) {}
  void preServe() override { std::cout << "listening " << socket->getPort() << std::endl; }
};

int main(int argc, char** argv) {
  apache::thrift::GlobalOutput.setOutputFunction([](const char*) {});
  std::signal(SIGPIPE, SIG_IGN);
  std::thread([] {
    while (std::cin.get() != EOF) continue;
    _exit(0);  // the parent is gone
  }).detach();

  const Cell cell = cellFrom(argc, argv);
  std::shared_ptr<apache::thrift::TProcessor> processor =
      std::make_shared<EverythingProcessor>(std::make_shared<Handler>());
  if (cell.multiplexed) {
    auto all = std::make_shared<apache::thrift::TMultiplexedProcessor>();
    all->registerProcessor("Everything", processor);
    processor = all;
  }
  auto socket = listenerFor(cell);
  apache::thrift::server::TThreadedServer server(processor, socket, transportFactory(cell), protocolFactory(cell));
  // A header protocol answers as it was asked, so one object must do both.
  if (cell.transport == "header") server.setOutputProtocolFactory(nullptr);
  server.setServerEventHandler(std::make_shared<Announce>(socket));
  server.serve();
}
