// The fastest upstream we can write, so that a benchmark measures the proxy in front of it: one
// thread, raw epoll, answers rendered once per prompt size. Speaks just enough HTTP/1.1 for
// well-behaved proxies (keep-alive, Content-Length).
//
//   POST with "stream":true   64 OpenAI chunks, a usage chunk and [DONE], as chunked SSE
//   any other POST            one OpenAI chat completion with usage
//   POST …/v1/messages        the same as Anthropic Messages: 64 text deltas, or a message
//   GET /count                how many POSTs were answered, so that a ledger can be compared with it
//
// With the argument "paced", a stream waits before each write but the first for a GET /more, so that
// how many reads a proxy needs for it does not depend on who is faster.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int stream_chunks = 64;
// Chunks sent by one write: tokens that a provider sends in one go. One write for each would
// measure this program's and wrk's system calls on their shared core rather than the proxy.
constexpr int chunks_per_write = 8;

// A rendered answer, cut into the pieces that are written one by one.
using answer = std::vector<std::string>;

struct connection {
  std::string in;
  const answer* running = nullptr;
  std::size_t piece = 0;   // of the running answer
  std::size_t offset = 0;  // within the piece
  bool waits_for_room = false;
};

constexpr int plain_tokens = 16;

// About what English text comes to.
int prompt_tokens(std::size_t body_bytes) {
  return static_cast<int>(body_bytes / 5);
}

std::string usage_json(std::size_t body_bytes, int completion) {
  const int prompt = prompt_tokens(body_bytes);
  char text[160];
  std::snprintf(text, sizeof text,
                R"({"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d})", prompt,
                completion, prompt + completion);
  return text;
}

answer whole(const std::string& body) {
  return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body};
}

answer render_plain(std::size_t body_bytes) {
  return whole(
      R"({"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"gpt-4o","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"The quick brown fox jumps over the lazy dog, twice, to be counted.",)"
      R"("refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":)" +
      usage_json(body_bytes, plain_tokens) + "}");
}

const std::string message_head =
    R"({"id":"msg_bench","type":"message","role":"assistant","model":"claude-opus-4-6","content":)";

std::string message_usage(std::size_t body_bytes, int output) {
  return R"("usage":{"input_tokens":)" + std::to_string(prompt_tokens(body_bytes)) +
         R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":)" +
         std::to_string(output) + "}";
}

answer render_message(std::size_t body_bytes) {
  return whole(
      message_head +
      R"([{"type":"text","text":"The quick brown fox jumps over the lazy dog, twice, to be counted."}],)"
      R"("stop_reason":"end_turn","stop_sequence":null,)" +
      message_usage(body_bytes, plain_tokens) + "}");
}

std::string chunked(const std::string& event) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", event.size());
  return size + event + "\r\n";
}

// X-Accel-Buffering is how an upstream tells nginx not to collect a stream.
const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

// `first`, then `chunk` 64 times, then `last`.
answer pieces_of(std::string first, const std::string& chunk, const std::string& last) {
  answer pieces;
  for (int i = 1; i <= stream_chunks; ++i) {
    first += chunk;
    if (i % chunks_per_write == 0) pieces.push_back(std::exchange(first, {}));
  }
  pieces.push_back(last + "0\r\n\r\n");
  return pieces;
}

answer render_stream(std::size_t body_bytes) {
  const std::string head =
      R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","choices":)";
  return pieces_of(
      stream_head,
      chunked(head +
              R"([{"index":0,"delta":{"content":" fox"},"finish_reason":null}],"usage":null})" +
              "\n\n"),
      chunked(head + R"([],"usage":)" + usage_json(body_bytes, stream_chunks) + "}\n\n") +
          chunked("data: [DONE]\n\n"));
}

// An Anthropic event: its name stands in the event line and in the data, which continues with `rest`.
std::string message_event(const std::string& name, const std::string& rest) {
  return chunked("event: " + name + "\ndata: {\"type\":\"" + name + "\"" + rest + "}\n\n");
}

answer render_message_stream(std::size_t body_bytes) {
  return pieces_of(
      stream_head +
          message_event("message_start", R"(,"message":)" + message_head +
                                             R"([],"stop_reason":null,"stop_sequence":null,)" +
                                             message_usage(body_bytes, 1) + "}") +
          message_event("content_block_start",
                        R"(,"index":0,"content_block":{"type":"text","text":""})") +
          message_event("ping", ""),
      message_event("content_block_delta",
                    R"(,"index":0,"delta":{"type":"text_delta","text":" fox"})"),
      message_event("content_block_stop", R"(,"index":0)") +
          message_event("message_delta",
                        R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},)" +
                            message_usage(body_bytes, stream_chunks)) +
          message_event("message_stop", ""));
}

class mock {
 public:
  mock(int port, bool paced)
      : paced_(paced),
        poll_(epoll_create1(0)),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 1024) != 0) {
      std::perror("mock_upstream: listen");
      std::exit(1);
    }
    watch(listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int ready = epoll_wait(poll_, events, 256, -1);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all();
        } else if ((events[i].events & EPOLLOUT) != 0) {
          resume(events[i].data.fd);
        } else {
          receive(events[i].data.fd);
        }
      }
    }
  }

 private:
  void watch(int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }

  void change(int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    epoll_ctl(poll_, EPOLL_CTL_MOD, fd, &event);
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[fd].in.reserve(64 * 1024);
      watch(fd, EPOLLIN);
    }
  }

  void drop(int fd) {
    connections_.erase(fd);
    close(fd);
  }

  void receive(int fd) {
    static char buffer[256 * 1024];
    const auto got = recv(fd, buffer, sizeof buffer, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(fd);
    if (got < 0) return;
    auto& client = connections_[fd];
    client.in.append(buffer, static_cast<std::size_t>(got));
    if (client.running == nullptr) serve(fd, client);
  }

  void resume(int fd) {
    auto& client = connections_[fd];
    if (!send_rest(fd, client)) return;
    change(fd, EPOLLIN);
    client.waits_for_room = false;
    serve(fd, client);
  }

  // Answers every whole request that is there.
  void serve(int fd, connection& client) {
    while (client.running == nullptr) {
      const std::string_view in = client.in;
      const auto end = in.find("\r\n\r\n");
      if (end == std::string_view::npos) return;
      const auto head = in.substr(0, end);
      std::size_t length = 0;
      for (const char* name : {"\r\ncontent-length:", "\r\nContent-Length:"}) {
        const auto at = head.find(name);
        if (at != std::string_view::npos) length = std::strtoul(head.data() + at + 17, nullptr, 10);
      }
      if (in.size() < end + 4 + length) return;
      const auto body = in.substr(end + 4, length);
      if (head.starts_with("GET /more")) more_ = true;
      const bool counts = head.starts_with("GET /");
      client.running =
          counts ? &counted() : &answer_to(body, head.find("/v1/messages ") != head.npos);
      answered_ += head.starts_with("POST /stint/") ? 1 : 0;
      client.in.erase(0, end + 4 + length);
      if (!send_rest(fd, client)) return;
      if (more_ && waits_for_more_ >= 0) go_on(std::exchange(waits_for_more_, -1));
    }
  }

  void go_on(int fd) {
    const auto found = connections_.find(fd);
    if (found != connections_.end() && send_rest(fd, found->second)) serve(fd, found->second);
  }

  const answer& answer_to(std::string_view body, bool messages) {
    const bool stream = body.find(R"("stream":true)") != std::string_view::npos;
    auto& known = stream ? streams_ : plains_;
    auto& found = known[{messages, body.size()}];
    if (found.empty()) {
      found = messages ? (stream ? render_message_stream : render_message)(body.size())
                       : (stream ? render_stream : render_plain)(body.size());
    }
    return found;
  }

  const answer& counted() {
    const auto text = std::to_string(answered_);
    counted_ = {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                std::to_string(text.size()) + "\r\n\r\n" + text};
    return counted_;
  }

  // True when the running answer is on its way in full.
  bool send_rest(int fd, connection& client) {
    while (client.piece < client.running->size()) {
      if (paced_ && client.piece > 0 && client.offset == 0 && !std::exchange(more_, false)) {
        waits_for_more_ = fd;
        return false;
      }
      const auto& piece = (*client.running)[client.piece];
      const auto sent =
          send(fd, piece.data() + client.offset, piece.size() - client.offset, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno == EAGAIN && !client.waits_for_room) {
          client.waits_for_room = true;
          change(fd, EPOLLOUT);
        } else if (errno != EAGAIN) {
          change(fd, EPOLLIN);  // the next read finds the connection dead and drops it
        }
        return false;
      }
      client.offset += static_cast<std::size_t>(sent);
      if (client.offset == piece.size()) {
        ++client.piece;
        client.offset = 0;
      }
    }
    client.running = nullptr;
    client.piece = 0;
    return true;
  }

  bool paced_;
  bool more_ = false;        // a GET /more came, and no write has used it yet
  int waits_for_more_ = -1;  // the connection whose stream does; one at a time
  int poll_;
  int listener_;
  std::unordered_map<int, connection> connections_;
  // By the API (Messages or Chat) and the size of the request's body; nodes never move.
  std::map<std::pair<bool, std::size_t>, answer> plains_;
  std::map<std::pair<bool, std::size_t>, answer> streams_;
  answer counted_;
  unsigned long answered_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const bool paced = count == 3 && std::string_view(arguments[2]) == "paced";
  if (count != 2 && !paced) {
    std::fprintf(stderr, "usage: mock_upstream PORT [paced]\n");
    return 2;
  }
  mock(std::atoi(arguments[1]), paced).run();
}
