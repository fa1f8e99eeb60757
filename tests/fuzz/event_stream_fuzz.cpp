// Event streams: no byte is lost or added, and the events do not depend on how the bytes were cut
// into reads.
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "gateway/dialect/parts/event_stream.hpp"

namespace stint {
namespace {

struct reading {
  std::string raw;  // all events and what is left, one behind the other
  std::vector<std::string> events;
};

template <typename Cut>
reading read(Cut cut) {
  reading result;
  event_stream stream;
  cut([&](std::string_view piece) {
    const bool fed = stream.feed(piece, [&](const stream_event& event) {
      result.raw += event.raw;
      if (event.is_line_feed || !event.has_data) return;
      result.events.push_back(std::string(event.type) + '\0' + std::string(event.data));
    });
    fuzz::require(fed, "inputs here are below the limit of an event");
  });
  result.raw += stream.unfinished();
  return result;
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stint;
  const auto bytes = fuzz::text_of(data, size);
  const reading whole = read([&](auto feed) { feed(bytes); });
  fuzz::require(whole.raw == bytes, "no byte is lost or added");
  for (std::size_t salt = 0; salt < 2; ++salt) {
    const reading pieced = read([&](auto feed) { fuzz::in_pieces(bytes, salt, feed); });
    fuzz::require(pieced.raw == bytes, "nor in pieces");
    fuzz::require(pieced.events == whole.events, "the events do not depend on the pieces");
  }
  return 0;
}
