// What both programs need: which cell of the matrix they are to speak, and what Debian's libthrift has for it.
#pragma once

#include <memory>
#include <string>

#include <thrift/protocol/TProtocol.h>
#include <thrift/transport/TServerSocket.h>
#include <thrift/transport/TTransport.h>

struct Cell {
  std::string protocol, transport, wrapping, security, path, certificates;
  int port = 0;
  bool multiplexed = false;
};

constexpr char HTTP_PATH[] = "/service";

// --protocol P --transport T --wrapping W --security S --port N | --path P --certificates FOLDER [--multiplexed]
Cell cellFrom(int argc, char** argv);

std::shared_ptr<apache::thrift::transport::TServerSocket> listenerFor(const Cell& cell);

// How the server's connections are wrapped, and what is spoken on them.
std::shared_ptr<apache::thrift::transport::TTransportFactory> transportFactory(const Cell& cell);
std::shared_ptr<apache::thrift::protocol::TProtocolFactory> protocolFactory(const Cell& cell);

// A client's protocol over a connection that is not open yet.
std::shared_ptr<apache::thrift::protocol::TProtocol> dial(const Cell& cell);
