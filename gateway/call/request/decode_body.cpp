// Tested by tests/gateway/call/request/decode_body_test.cpp.
#include "gateway/call/request/decode_body.hpp"

#include <algorithm>
#include <utility>

#include <simdjson.h>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/request/read_body.hpp"

namespace stint {

namespace {
// Half a millisecond of inflating.
constexpr std::size_t decoded_here_bytes = 256 * 1024;

class body_decoder {
 public:
  body_decoder(content_coding coding, std::string_view coded, std::size_t bytes_max,
               body_room room) noexcept
      : decoder_(coding),
        coded_size_(coded.size()),
        coded_(coded),
        bytes_max_(bytes_max),
        room_(room) {}

  // One part more; true: that was the last.
  [[nodiscard]] bool step() {
    // A byte more than may be there tells that there is more.
    const std::size_t room = std::min(decoded_here_bytes, bytes_max_ + 1 - decoded_.size());
    const decode_state state = decoder_.decode(coded_, room, decoded_);
    corrupt_ = state == decode_state::corrupt;
    const std::size_t bytes = coded_size_ + decoded_.size();
    if (bytes > memory_budget::uncounted_bytes) found_ = room_.claim.grow_body(room_.key, bytes);
    return state != decode_state::has_more || decoded_.size() > bytes_max_ || !has_room();
  }
  [[nodiscard]] std::optional<problem> wrong() const {
    if (decoded_.size() > bytes_max_) {
      return make_problem(problem_kind::body_too_large, "the body unfolds into more than " +
                                                            std::to_string(bytes_max_) +
                                                            " bytes (limits.body_bytes_max)");
    }
    if (!has_room()) return no_room_for_body(room_.of, found_, coded_size_ + decoded_.size());
    if (!corrupt_ && decoder_.may_end()) return std::nullopt;
    return make_problem(problem_kind::bad_request,
                        "the body is not what its Content-Encoding says, or breaks off");
  }
  [[nodiscard]] std::string take() && { return std::move(decoded_); }

 private:
  [[nodiscard]] bool has_room() const noexcept { return found_ == memory_verdict::granted; }

  content_decoder decoder_;
  std::size_t coded_size_;
  std::string_view coded_;
  std::size_t bytes_max_;
  body_room room_;
  memory_verdict found_ = memory_verdict::granted;
  std::string decoded_;
  bool corrupt_ = false;
};
}  // namespace

boost::asio::awaitable<std::optional<problem>> decode_body(content_coding coding,
                                                           std::size_t body_bytes_max,
                                                           boost::asio::thread_pool& pool,
                                                           body_room room, std::string& body) {
  if (!can_be_decoded(coding)) co_return std::nullopt;
  body_decoder decoder(coding, body, body_bytes_max, room);
  if (!decoder.step()) {
    auto rest = [&decoder] {
      while (!decoder.step()) {
      }
    };
    co_await on_counting_pool(pool, rest);
  }
  if (auto wrong = decoder.wrong()) co_return wrong;
  body = std::move(decoder).take();
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  co_return std::nullopt;
}

}  // namespace stint
