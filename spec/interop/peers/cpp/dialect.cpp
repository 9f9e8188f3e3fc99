#include "dialect.h"

#include <stdexcept>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/THeaderProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/THttpClient.h>
#include <thrift/transport/THttpServer.h>
#include <thrift/transport/TSSLServerSocket.h>
#include <thrift/transport/TSSLSocket.h>
#include <thrift/transport/TWebSocketServer.h>
#include <thrift/transport/TZlibTransport.h>

using namespace apache::thrift::protocol;
using namespace apache::thrift::transport;

namespace {

constexpr int ANSWER_LIMIT = 5000;  // ms

std::invalid_argument unknown(const std::string& what) { return std::invalid_argument("there is no " + what); }

std::shared_ptr<TSSLSocketFactory> tls(const Cell& cell, bool server) {
  auto factory = std::make_shared<TSSLSocketFactory>();
  factory->server(server);
  if (server) {
    factory->loadCertificate((cell.certificates + "/server.crt").c_str());
    factory->loadPrivateKey((cell.certificates + "/server.key").c_str());
  } else {
    factory->authenticate(true);
    factory->loadTrustedCertificates((cell.certificates + "/ca.crt").c_str());
  }
  return factory;
}

std::shared_ptr<TSocket> socketTo(const Cell& cell) {
  std::shared_ptr<TSocket> socket;
  if (cell.security == "unix") {
    socket = std::make_shared<TSocket>(cell.path);
  } else if (cell.security == "tls") {
    // The sockets that it makes live no longer than it does.
    static const auto factory = tls(cell, false);
    socket = factory->createSocket("127.0.0.1", cell.port);
  } else {
    socket = std::make_shared<TSocket>("127.0.0.1", cell.port);
  }
  socket->setRecvTimeout(ANSWER_LIMIT);
  return socket;
}

std::shared_ptr<TTransport> framed(const Cell& cell, std::shared_ptr<TTransport> stream) {
  if (cell.wrapping == "zlib") stream = std::make_shared<TZlibTransport>(stream);
  if (cell.transport == "buffered") return std::make_shared<TBufferedTransport>(stream);
  if (cell.transport == "framed") return std::make_shared<TFramedTransport>(stream);
  throw unknown(cell.transport + " with " + cell.wrapping);
}

// The library's own factory of zlib transports puts the compressed stream into the frames; this one puts the
// frames into the compressed stream.
class StreamFactory : public TTransportFactory {
  Cell cell;

 public:
  explicit StreamFactory(Cell cell) : cell(std::move(cell)) {}
  std::shared_ptr<TTransport> getTransport(std::shared_ptr<TTransport> stream) override {
    return framed(cell, stream);
  }
};

}  // namespace

Cell cellFrom(int argc, char** argv) {
  Cell cell;
  for (int i = 1; i < argc; i++) {
    const std::string flag = argv[i];
    if (flag == "--multiplexed") {
      cell.multiplexed = true;
      continue;
    }
    if (i + 1 == argc) throw std::invalid_argument(flag + " needs a value");
    const std::string value = argv[++i];
    if (flag == "--protocol") cell.protocol = value;
    else if (flag == "--transport") cell.transport = value;
    else if (flag == "--wrapping") cell.wrapping = value;
    else if (flag == "--security") cell.security = value;
    else if (flag == "--path") cell.path = value;
    else if (flag == "--port") cell.port = std::stoi(value);
    else if (flag == "--certificates") cell.certificates = value;
    else throw unknown(flag);
  }
  return cell;
}

std::shared_ptr<TServerSocket> listenerFor(const Cell& cell) {
  if (cell.security == "unix") return std::make_shared<TServerSocket>(cell.path);
  if (cell.security == "tls") return std::make_shared<TSSLServerSocket>("127.0.0.1", 0, tls(cell, true));
  return std::make_shared<TServerSocket>("127.0.0.1", 0);
}

std::shared_ptr<TTransportFactory> transportFactory(const Cell& cell) {
  if (cell.wrapping == "http") return std::make_shared<THttpServerTransportFactory>();
  if (cell.wrapping == "websocket") {
    if (cell.protocol == "json") return std::make_shared<TTextWebSocketServerTransportFactory>();
    return std::make_shared<TBinaryWebSocketServerTransportFactory>();
  }
  // The header protocol brings its own transport, and answers compressed what came compressed.
  if (cell.transport == "header") return std::make_shared<TTransportFactory>();
  return std::make_shared<StreamFactory>(cell);
}

std::shared_ptr<TProtocolFactory> protocolFactory(const Cell& cell) {
  if (cell.transport == "header") return std::make_shared<THeaderProtocolFactory>();
  if (cell.protocol == "binary") return std::make_shared<TBinaryProtocolFactory>();
  if (cell.protocol == "compact") return std::make_shared<TCompactProtocolFactory>();
  if (cell.protocol == "json") return std::make_shared<TJSONProtocolFactory>();
  throw unknown("protocol " + cell.protocol);
}

std::shared_ptr<TProtocol> dial(const Cell& cell) {
  const auto socket = socketTo(cell);
  std::shared_ptr<TProtocol> protocol;
  if (cell.transport == "header") {
    const uint16_t id = cell.protocol == "compact" ? T_COMPACT_PROTOCOL : T_BINARY_PROTOCOL;
    protocol = std::make_shared<THeaderProtocol>(socket, id);
    if (cell.wrapping == "zlib")
      std::dynamic_pointer_cast<THeaderTransport>(protocol->getTransport())
          ->setTransform(THeaderTransport::ZLIB_TRANSFORM);
  } else if (cell.wrapping == "http") {
    protocol = protocolFactory(cell)->getProtocol(std::make_shared<THttpClient>(socket, "127.0.0.1", HTTP_PATH));
  } else {
    protocol = protocolFactory(cell)->getProtocol(framed(cell, socket));
  }
  if (cell.multiplexed) return std::make_shared<TMultiplexedProtocol>(protocol, "Everything");
  return protocol;
}
