// What is wrong with a file that people write, and where. Plain values.
#pragma once

#include <string>
#include <vector>

namespace stint {

struct config_mistake {
  int line = 0;         // 1-based; 0: the file as a whole
  std::string message;  // names the field and the fix: "prices[3].output: expected dollars …"
};

// "config/stint.yaml:12: caps[3].limit: …"
[[nodiscard]] std::string describe(const std::string& file, const config_mistake& mistake);

class mistake_list {
 public:
  void add(int line, std::string message);
  [[nodiscard]] bool empty() const noexcept { return mistakes_.empty(); }
  [[nodiscard]] std::vector<config_mistake> sorted() const;  // by line

 private:
  std::vector<config_mistake> mistakes_;
};

}  // namespace stint
