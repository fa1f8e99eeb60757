// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/writer.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace stint {

namespace asio = boost::asio;

namespace {

constexpr auto write_outcome = asio::as_tuple(asio::use_awaitable);

void append_chunk(std::string& out, std::string_view bytes) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, bytes.size(), 16).ptr;
  out.append(digits, end).append("\r\n").append(bytes).append("\r\n");
}

}  // namespace

asio::awaitable<bool> simulated_writer::send_piece(std::string_view piece) {
  const std::size_t head_bytes = unsent_.size();
  if (framing_ == body_framing::chunked && !piece.empty()) {
    append_chunk(unsent_, piece);
  } else {
    unsent_ += piece;
  }
  const auto [error, sent] =
      co_await asio::async_write(socket_, asio::buffer(unsent_), write_outcome);
  if (!error) {
    written_ += static_cast<std::int64_t>(piece.size());
  } else if (sent > head_bytes) {
    // The chunk's own size line was sent before; taking it for body would bill a token too many.
    const std::size_t framing =
        framing_ == body_framing::chunked ? unsent_.size() - head_bytes - piece.size() - 2 : 0;
    const std::size_t body = sent - head_bytes;
    written_ += static_cast<std::int64_t>(std::min(body - std::min(body, framing), piece.size()));
  }
  unsent_.clear();
  co_return !error;
}

asio::awaitable<bool> simulated_writer::write(std::string_view body) {
  const std::int64_t left = how_.after_bytes - written_;
  const bool strikes =
      how_.fault != simulated_fault::none && left <= static_cast<std::int64_t>(body.size());
  if (strikes) body = body.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(left, 0)));
  const std::size_t piece_max =
      how_.piece_bytes > 0 ? static_cast<std::size_t>(how_.piece_bytes) : body.size();
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, piece_max);
    body.remove_prefix(piece.size());
    if (!co_await send_piece(piece)) co_return false;
  }
  if (!strikes) co_return true;
  co_await strike();
  co_return false;
}

asio::awaitable<bool> simulated_writer::finish() {
  if (framing_ == body_framing::chunked) unsent_ += "0\r\n\r\n";
  if (unsent_.empty()) co_return true;
  co_return co_await send_piece(std::string_view());
}

asio::awaitable<void> simulated_writer::strike() {
  boost::system::error_code ignored;
  switch (how_.fault) {
    case simulated_fault::none:
    case simulated_fault::truncate:
      break;
    case simulated_fault::stall:
      co_await peer_.wait_until_gone();
      break;
    case simulated_fault::reset:
      // Closing without lingering sends RST.
      socket_.set_option(asio::socket_base::linger(true, 0), ignored);
      socket_.close(ignored);
      co_return;
    case simulated_fault::garbage:
      if (written_ == 0) {
        unsent_ = "\x01\x02 this is not HTTP\r\n\r\n";
      } else {
        append_chunk(unsent_, "\xFF\xFE}{ neither JSON nor an event \x01\n\n");
        unsent_ += "0\r\n\r\n";
      }
      break;
    case simulated_fault::bad_chunk:
      unsent_ += "zz\r\nnot a chunk\r\n";
      break;
  }
  if (!unsent_.empty() && how_.fault != simulated_fault::stall &&
      how_.fault != simulated_fault::truncate) {
    co_await asio::async_write(socket_, asio::buffer(unsent_), write_outcome);
  }
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace stint
