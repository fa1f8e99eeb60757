// Raw HTTP to a running admin server: bytes as they are, and what comes back.
#pragma once

#include <string>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "gateway/admin/running_admin.hpp"

namespace stint {

struct reply {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] boost::json::object object() const { return boost::json::parse(body).as_object(); }
};

// Sends the bytes as they are and reads until the server closes.
inline reply send_raw(const running_admin& admin, const std::string& bytes) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), admin.port()});
  boost::system::error_code ended;
  boost::asio::write(socket, boost::asio::buffer(bytes), ended);
  std::string answer;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ended);
  reply got;
  const auto split = answer.find("\r\n\r\n");
  if (split == std::string::npos) return got;
  got.head = answer.substr(0, split);
  got.body = answer.substr(split + 4);
  got.status = std::stoi(got.head.substr(9, 3));
  return got;
}

inline reply ask(const running_admin& admin, const std::string& method, const std::string& target,
                 const std::string& token, const std::string& body = {}) {
  std::string request =
      method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return send_raw(admin, request + "\r\n" + body);
}

inline reply ask(const running_admin& admin, const std::string& method, const std::string& target) {
  return ask(admin, method, target, admin.token());
}

}  // namespace stint
