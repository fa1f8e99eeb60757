// Tested by tests/gateway/call/relay/decoded_answer_test.cpp and
// tests/end_to_end/content_coding_test.py.
#include "gateway/call/relay/decoded_answer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stint {

asio::awaitable<body_progress> decoded_answer::read_piece(std::string& out,
                                                          std::chrono::milliseconds patience) {
  if (has_more_) {
    // A read may mean a thousand times its bytes: the thread's other calls get their turn between
    // the pieces of it.
    co_await asio::post(asio::use_awaitable);
  } else if (behind_ == body_progress::more) {
    coded_.clear();
    behind_ = co_await from_->read_piece(coded_, patience);
    unused_ = coded_;
  }
  const decode_state state = decoder_.decode(unused_, piece_bytes_max, out);
  has_more_ = state == decode_state::has_more;
  if (has_more_) co_return body_progress::more;
  const bool ends_inside = behind_ == body_progress::complete && !decoder_.may_end();
  co_return state == decode_state::corrupt || ends_inside ? body_progress::broken : behind_;
}

}  // namespace stint
