// A small blocking HTTP client for tests of the simulated provider: one connection for each call,
// so that its end can be seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <simdjson.h>

namespace stint::testing {

struct client_answer {
  int status = 0;
  std::string body;  // without its framing
};

inline std::int64_t count_of(std::string_view text, std::string_view part) {
  std::int64_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++found;
  return found;
}

// The whole chunks at the start of a chunked body, and the part of the last that is there.
inline std::string dechunked(std::string_view body) {
  std::string out;
  for (;;) {
    const std::size_t line = body.find("\r\n");
    if (line == std::string_view::npos || line == 0 ||
        body.find_first_not_of("0123456789abcdef") < line)
      return out;
    const std::size_t size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
    body.remove_prefix(line + 2);
    out.append(body.substr(0, size));
    if (size == 0 || body.size() < size + 2) return out;
    body.remove_prefix(size + 2);
  }
}

inline std::int64_t integer_at(const std::string& json, const std::string& pointer) {
  simdjson::dom::parser parser;
  std::int64_t value = -1;
  const bool is_there = parser.parse(json).at_pointer(pointer).get(value) == simdjson::SUCCESS;
  return is_there ? value : -1;
}

inline std::string text_of_json(const std::string& json, const std::string& pointer) {
  simdjson::dom::parser parser;
  std::string_view value;
  const bool is_there = parser.parse(json).at_pointer(pointer).get(value) == simdjson::SUCCESS;
  return is_there ? std::string(value) : "<none>";
}

class simulated_client {
 public:
  explicit simulated_client(std::uint16_t port)
      : endpoint_(boost::asio::ip::make_address("127.0.0.1"), port) {}

  client_answer post(const std::string& path, const std::string& body,
                     const std::vector<std::string>& headers = {}) {
    return understood(exchange("POST", path, body, headers));
  }
  client_answer get(const std::string& path) { return understood(exchange("GET", path, "", {})); }
  // Everything up to the end of the connection, however it ends.
  std::string raw(const std::string& path, const std::string& body) {
    return exchange("POST", path, body, {});
  }

  // Closes after the first bytes of the answer, or, if none is to come, after the request was sent.
  std::string leave_after_first_bytes(const std::string& path, const std::string& body,
                                      bool says_something) {
    boost::asio::ip::tcp::socket socket(context_);
    send(socket, "POST", path, body, {});
    char buffer[65536];
    boost::system::error_code error;
    const std::size_t got =
        says_something ? socket.read_some(boost::asio::buffer(buffer), error) : 0;
    return std::string(buffer, got);
  }

  // Says after the first bytes that it will send no more, and reads to the end.
  std::string half_close_after_first_bytes(const std::string& path, const std::string& body) {
    boost::asio::ip::tcp::socket socket(context_);
    send(socket, "POST", path, body, {});
    // The head and the event that only begins the answer may come in a read of their own.
    std::string all;
    const auto events = [&all] {
      int count = 0;
      for (std::size_t at = all.find("data: "); at != std::string::npos;
           at = all.find("data: ", at + 1))
        ++count;
      return count;
    };
    while (events() < 3) {
      char piece[4096];
      all.append(piece, socket.read_some(boost::asio::buffer(piece)));
    }
    socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send);
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(all), error);
    return all;
  }

 private:
  void send(boost::asio::ip::tcp::socket& socket, const std::string& method,
            const std::string& path, const std::string& body,
            const std::vector<std::string>& headers) {
    socket.connect(endpoint_);
    std::string request = method + " " + path +
                          " HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n";
    for (const std::string& header : headers)
      request += header + "\r\n";
    request += "\r\n" + body;
    boost::asio::write(socket, boost::asio::buffer(request));
  }

  std::string exchange(const std::string& method, const std::string& path, const std::string& body,
                       const std::vector<std::string>& headers) {
    boost::asio::ip::tcp::socket socket(context_);
    send(socket, method, path, body, headers);
    std::string all;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(all), error);
    return all;
  }

  static client_answer understood(const std::string& raw) {
    client_answer answer;
    const std::size_t end = raw.find("\r\n\r\n");
    BOOST_REQUIRE_MESSAGE(raw.starts_with("HTTP/1.1 ") && end != std::string::npos, raw);
    answer.status = std::stoi(raw.substr(9, 3));
    const bool is_chunked =
        raw.substr(0, end).find("Transfer-Encoding: chunked") != std::string::npos;
    answer.body =
        is_chunked ? dechunked(std::string_view(raw).substr(end + 4)) : raw.substr(end + 4);
    return answer;
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace stint::testing
