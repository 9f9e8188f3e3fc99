// What both programs need: the dialects by name.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/transport/TBufferTransports.h>

inline std::shared_ptr<apache::thrift::transport::TTransportFactory> transportFactory(const std::string& name) {
  using namespace apache::thrift::transport;
  if (name == "buffered") return std::make_shared<TBufferedTransportFactory>();
  if (name == "framed") return std::make_shared<TFramedTransportFactory>();
  throw std::invalid_argument("unknown transport " + name);
}

inline std::shared_ptr<apache::thrift::protocol::TProtocolFactory> protocolFactory(const std::string& name) {
  using namespace apache::thrift::protocol;
  if (name == "binary") return std::make_shared<TBinaryProtocolFactory>();
  if (name == "compact") return std::make_shared<TCompactProtocolFactory>();
  if (name == "json") return std::make_shared<TJSONProtocolFactory>();
  throw std::invalid_argument("unknown protocol " + name);
}
