// Serves bench.thrift with Debian's libthrift: server TRANSPORT
// Takes "serve" and "cpu" on its standard input, one a line.

#include <unistd.h>

#include <string>
#include <thread>

#include <thrift/TOutput.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TServerSocket.h>

#include "Bench.h"
#include "transport.h"

using apache::thrift::server::TServerEventHandler;
using apache::thrift::transport::TServerSocket;

class Handler : public BenchIf {
 public:
  void ping(std::string& result) override { result = "pong"; }
  void login(std::string& result, const std::string& username, const std::string&) override {
    result = "welcome " + username;
  }
  void small(Small& result, const Small& value) override { result = value; }
  void medium(Medium& result, const Medium& value) override { result = value; }
  void ints(Ints& result, const Ints& value) override { result = value; }
  void doubles(Doubles& result, const Doubles& value) override { result = value; }
  void blob(Blob& result, const Blob& value) override { result = value; }
  void texts(Texts& result, const Texts& value) override { result = value; }
  void counts(Counts& result, const Counts& value) override { result = value; }
  void hang(std::string&) override { pause(); }
};

class Announce : public TServerEventHandler {
  std::shared_ptr<TServerSocket> socket;

 public:
  explicit Announce(std::shared_ptr<TServerSocket> socket) : socket(std::move(socket)) {}
  void preServe() override { answer(std::to_string(socket->getPort())); }
};

int main(int, char** argv) {
  apache::thrift::GlobalOutput.setOutputFunction([](const char*) {});
  std::string transport = argv[1], line;
  std::getline(std::cin, line);  // "serve"

  auto socket = std::make_shared<TServerSocket>("127.0.0.1", 0);
  apache::thrift::server::TThreadedServer server(std::make_shared<BenchProcessor>(std::make_shared<Handler>()), socket,
                                                 transportFactory(transport),
                                                 std::make_shared<apache::thrift::protocol::TBinaryProtocolFactory>());
  server.setServerEventHandler(std::make_shared<Announce>(socket));
  std::thread([] {
    for (std::string command; std::getline(std::cin, command);) answer(std::to_string(cpuTime()));
    _exit(0);  // the parent is gone
  }).detach();
  server.serve();
}
