// Tested by tests/gateway/call/relay/upstream_answer_test.cpp and
// tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/upstream_answer.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>

#include "gateway/call/relay/answer_head.hpp"

namespace stint {

void upstream_answer::take_head(const response_head& head, wall_time first_byte) {
  facts_.status = head.status;
  facts_.media = head.media();
  facts_.has_body = head.framing != answer_framing::none;
  facts_.coding = content_coding_of(head.find("content-encoding").value_or(""));
  if (!can_be_decoded(facts_.coding)) facts_.content_length = head.content_length;
  facts_.first_byte = first_byte;
  add_upstream_fields(head, facts_.coding, facts_.fields);
  // Of the body that a GET would have had: it says more than ours, which would be of none.
  const auto length = head.find("content-length");
  if (!facts_.has_body && head.status != 204 && length)
    add_field("content-length", *length, facts_.fields);
  framing_ = head.framing;
  keep_alive_ = head.keep_alive;
  left_ = head.content_length;
  // A stream has no size of its own; what is kept of it is bounded by whoever keeps it.
  if (framing_ == answer_framing::chunked) {
    chunks_.emplace(std::numeric_limits<std::size_t>::max(),
                    std::numeric_limits<std::size_t>::max());
  }
  connection_->begin += head.size_bytes;
}

void upstream_answer::finish() noexcept {
  if (!connection_) return;
  if (keep_alive_ && framing_ != answer_framing::until_close) {
    pool_.give_back(std::move(connection_));
  } else {
    abandon();
  }
}

void upstream_answer::abandon() noexcept {
  if (connection_) pool_.drop(std::move(connection_));
}

bool upstream_answer::has_unread() const noexcept {
  const std::string_view bytes = connection_->unread();
  if (framing_ != answer_framing::chunked)
    return framing_ != answer_framing::none && !bytes.empty();
  // The size of a chunk alone gives nothing out.
  const std::size_t size_end = bytes.find("\r\n");
  return size_end != std::string_view::npos && size_end + 2 < bytes.size();
}

body_progress upstream_answer::take_unread(std::string& out) {
  upstream_connection& at = *connection_;
  const std::string_view bytes = at.unread();
  switch (framing_) {
    case answer_framing::none:
      return body_progress::complete;
    case answer_framing::until_close:
      out.append(bytes);
      at.begin = at.end;
      return body_progress::more;
    case answer_framing::length: {
      const std::size_t taken =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      out.append(bytes.substr(0, taken));
      at.begin += taken;
      left_ -= taken;
      return left_ == 0 ? body_progress::complete : body_progress::more;
    }
    case answer_framing::chunked:
      break;
  }
  std::size_t consumed = 0;
  const chunk_state state = chunks_->consume(bytes, out, consumed);
  at.begin += consumed;
  if (state == chunk_state::done) return body_progress::complete;
  return state == chunk_state::more ? body_progress::more : body_progress::broken;
}

asio::awaitable<body_progress> upstream_answer::read_piece(std::string& out,
                                                           std::chrono::milliseconds patience) {
  upstream_connection& at = *connection_;
  const std::size_t before = out.size();
  const body_progress from_buffer = take_unread(out);
  if (from_buffer != body_progress::more || out.size() > before) co_return from_buffer;
  const armed_deadline deadline(watch_, at.wire, patience);
  const io_outcome got = co_await at.read_more();
  if (got.error) {
    closed_ = is_end_of_stream(got.error);
    // Without a length, the end of the connection is the end of the body (RFC 9112 §6.3).
    if (framing_ == answer_framing::until_close && got.error == asio::error::eof)
      co_return body_progress::complete;
    co_return watch_.expired() ? body_progress::timed_out : body_progress::broken;
  }
  co_return take_unread(out);
}

}  // namespace stint
