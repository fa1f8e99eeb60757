// Tested by tests/gateway/upstream/tunnel_test.cpp and tests/end_to_end/way_out_test.py.
#include "gateway/upstream/tunnel.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "gateway/http/response_head.hpp"
#include "gateway/upstream/authority.hpp"

namespace stint {
namespace {

// Proxies say little; some put a page behind a refusal, of which the head is enough.
constexpr std::size_t answer_bytes_max = 16 * 1024;

std::string connect_request(const provider_config& provider) {
  // Always with its port: unlike of a host, none is usual.
  const std::string to = host_and_port(provider.host, provider.port);
  std::string text = "CONNECT " + to + " HTTP/1.1\r\nhost: " + to + "\r\n";
  if (!provider.proxy->authorization.empty())
    text += "proxy-authorization: " + provider.proxy->authorization.reveal() + "\r\n";
  return text + "\r\n";
}

std::string told(int status) {
  const std::string answered = "it answered " + std::to_string(status) + " to CONNECT";
  if (status == 407)
    return answered + ": it wants a user and password, or others (proxy_credential_env)";
  if (status == 403) return answered + ": it does not let this server through";
  return answered;
}

}  // namespace

asio::awaitable<std::string> open_tunnel(transport& wire, const provider_config& provider) {
  const std::string asked = connect_request(provider);
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(asked);
  const io_outcome sent = co_await wire.write(pieces);
  if (sent.error) co_return "it closed the connection";
  std::string received(answer_bytes_max, '\0');
  std::size_t size = 0;
  std::size_t scanned = 0;
  const head_limits limits;
  response_head head;
  while (size < received.size()) {
    const auto space = asio::buffer(received.data() + size, received.size() - size);
    const io_outcome got = co_await wire.read_some(space);
    if (got.error) co_return "it closed the connection";
    size += got.bytes;
    // A tunnel's answer has no body, whatever its head says of one: as one to HEAD.
    const head_check check =
        check_response_head(std::string_view(received.data(), size), limits, true, scanned, head);
    if (check.state == head_state::refused)
      co_return "its answer is malformed: " + std::string(check.reason);
    if (check.state != head_state::complete) continue;
    if (head.status < 200 || head.status > 299) co_return told(head.status);
    // The provider does not speak first.
    if (size > head.size_bytes) co_return "it sent more than its answer";
    co_return std::string();
  }
  co_return "its answer is too long";
}

}  // namespace stint
