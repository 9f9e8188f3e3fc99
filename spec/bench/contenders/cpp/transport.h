// What both programs need: the transports by name, the time of the process, and answers as lines of JSON.
#pragma once

#include <sys/resource.h>

#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include <thrift/transport/TBufferTransports.h>

// The library counts what a connection has read against the size of one message, and never begins anew: the default
// of 100 MB would end a connection in the middle of a run.
template <typename Transport>
class Factory : public apache::thrift::transport::TTransportFactory {
  std::shared_ptr<apache::thrift::TConfiguration> config =
      std::make_shared<apache::thrift::TConfiguration>(std::numeric_limits<int>::max());

 public:
  std::shared_ptr<apache::thrift::transport::TTransport> getTransport(
      std::shared_ptr<apache::thrift::transport::TTransport> carrier) override {
    return std::make_shared<Transport>(carrier, config);
  }
};

inline std::shared_ptr<apache::thrift::transport::TTransportFactory> transportFactory(const std::string& name) {
  using namespace apache::thrift::transport;
  if (name == "buffered") return std::make_shared<Factory<TBufferedTransport>>();
  if (name == "framed") return std::make_shared<Factory<TFramedTransport>>();
  throw std::invalid_argument("unknown transport " + name);
}

// us of CPU time that the process has used.
inline long long cpuTime() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) { return time.tv_sec * 1000000LL + time.tv_usec; };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

inline void answer(const std::string& json) { std::cout << "{\"value\":" << json << "}" << std::endl; }

inline void complain(const std::string& text) { std::cout << "{\"error\":\"" << text << "\"}" << std::endl; }
