// Calls a server of bench.thrift with Debian's libthrift: client TRANSPORT MESSAGES
// Takes "connect PORT", "verify WORKLOAD" and "run WORKLOAD IN_FLIGHT MS" on its standard input, one a line. What it
// sends are the values of MESSAGES/WORKLOAD.request.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <vector>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TSocket.h>

#include "Bench.h"
#include "transport.h"

using apache::thrift::protocol::TBinaryProtocol;
using apache::thrift::transport::TMemoryBuffer;
using Clock = std::chrono::steady_clock;

// The two halves of a call: the ith is sent, and its result checked where that is asked for.
struct Calls {
  std::function<void(int i)> send;
  std::function<void(int i, bool check)> receive;
};

std::unique_ptr<BenchClient> client;
std::string folder;

void same(bool equal) {
  if (!equal) throw std::logic_error("another result came back");
}

template <typename Args>
Args argsOf(const std::string& workload) {
  std::ifstream file(folder + "/" + workload + ".request", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty()) throw std::logic_error("there is no request of " + workload);
  auto memory = std::make_shared<TMemoryBuffer>();
  memory->write(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  TBinaryProtocol protocol(memory);
  std::string name;
  apache::thrift::protocol::TMessageType type;
  int32_t seqid;
  protocol.readMessageBegin(name, type, seqid);
  Args args;
  args.read(&protocol);
  return args;
}

template <typename Args, typename Value>
Calls echo(const std::string& workload, void (BenchClient::*send)(const Value&), void (BenchClient::*receive)(Value&)) {
  const Value value = argsOf<Args>(workload).value;
  return {[=](int) { (client.get()->*send)(value); },
          [=](int, bool check) {
            Value result;
            (client.get()->*receive)(result);
            if (check) same(result == value);
          }};
}

Calls logins(const std::string& workload, const std::function<std::string(int i)>& user) {
  const std::string password = argsOf<Bench_login_args>(workload).password;
  return {[=](int i) { client->send_login(user(i), password); },
          [=](int i, bool check) {
            std::string result;
            client->recv_login(result);
            if (check) same(result == "welcome " + user(i));
          }};
}

std::string distinctUser(int i) {
  std::string digits = std::to_string(i & 0xffff);
  return "root-" + std::string(7 - digits.size(), '0') + digits;
}

Calls callsOf(const std::string& workload) {
  using C = BenchClient;
  if (workload == "ping")
    return {[](int) { client->send_ping(); },
            [](int, bool check) {
              std::string result;
              client->recv_ping(result);
              if (check) same(result == "pong");
            }};
  if (workload == "login") {
    const std::string user = argsOf<Bench_login_args>(workload).username;
    return logins(workload, [=](int) { return user; });
  }
  if (workload == "login-distinct") return logins(workload, distinctUser);
  if (workload == "small") return echo<Bench_small_args, Small>(workload, &C::send_small, &C::recv_small);
  if (workload == "medium") return echo<Bench_medium_args, Medium>(workload, &C::send_medium, &C::recv_medium);
  if (workload == "ints") return echo<Bench_ints_args, Ints>(workload, &C::send_ints, &C::recv_ints);
  if (workload == "doubles") return echo<Bench_doubles_args, Doubles>(workload, &C::send_doubles, &C::recv_doubles);
  if (workload == "blob") return echo<Bench_blob_args, Blob>(workload, &C::send_blob, &C::recv_blob);
  if (workload == "texts") return echo<Bench_texts_args, Texts>(workload, &C::send_texts, &C::recv_texts);
  if (workload == "counts") return echo<Bench_counts_args, Counts>(workload, &C::send_counts, &C::recv_counts);
  throw std::invalid_argument("unknown workload " + workload);
}

void connect(const std::string& transport, int port) {
  auto socket = std::make_shared<apache::thrift::transport::TSocket>("127.0.0.1", port);
  auto carrier = transportFactory(transport)->getTransport(socket);
  client = std::make_unique<BenchClient>(std::make_shared<TBinaryProtocol>(carrier));
  carrier->open();
}

// A window of calls under way: the library's client blocks, so each reply makes room for the next call.
void run(const std::string& workload, int inFlight, int ms) {
  const Calls calls = callsOf(workload);
  std::vector<double> latencies;
  const long long cpu = cpuTime();
  const auto begin = Clock::now(), end = begin + std::chrono::milliseconds(ms);
  int sent = 0, received = 0;
  auto now = begin;
  while (sent < inFlight) calls.send(sent++);
  while (received < sent) {
    calls.receive(received++, false);
    const auto then = now;
    now = Clock::now();
    if (inFlight == 1) latencies.push_back(std::chrono::duration<double, std::micro>(now - then).count());
    if (now < end) calls.send(sent++);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::ostringstream json;
  json << "{\"calls\":" << received << ",\"seconds\":" << seconds << ",\"cpu\":" << cpuTime() - cpu;
  if (!latencies.empty()) {
    std::sort(latencies.begin(), latencies.end());
    const auto quantile = [&](double q) { return latencies[static_cast<size_t>(q * (latencies.size() - 1))]; };
    json << ",\"p50\":" << quantile(0.5) << ",\"p99\":" << quantile(0.99);
  }
  json << "}";
  answer(json.str());
}

int main(int, char** argv) {
  const std::string transport = argv[1];
  folder = argv[2];
  int port = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, workload;
    words >> command;
    try {
      if (command == "connect") {
        words >> port;
        connect(transport, port);
        answer("null");
      } else if (command == "verify") {
        words >> workload;
        const Calls calls = callsOf(workload);
        for (int i = 0; i < 4; i++) {
          calls.send(i);
          calls.receive(i, true);
        }
        answer("null");
      } else {
        int inFlight, ms;
        words >> workload >> inFlight >> ms;
        // Another one each time: what a connection can read in its life is limited.
        connect(transport, port);
        run(workload, inFlight, ms);
      }
    } catch (const std::exception& error) {
      complain(line + ": " + error.what());
    }
  }
  _exit(0);
}
