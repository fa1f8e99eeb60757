// Tested by tests/gateway/answers/kept_answers_test.cpp.
#include "gateway/answers/kept_answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace stint {

namespace {

bool read_number(std::string_view text, std::int64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string encode_answer(const kept_answer& answer) {
  const std::int64_t made_us =
      std::chrono::duration_cast<std::chrono::microseconds>(answer.made.time_since_epoch()).count();
  return "1 " + answer.key + " " + answer.tenant + " " + answer.provider + " " +
         std::to_string(answer.tokens) + " " + std::to_string(made_us);
}

std::optional<kept_answer> decode_answer(const stored_answer& stored) {
  std::array<std::string_view, 6> words;
  std::string_view rest = stored.encoded;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::size_t end = at + 1 == words.size() ? rest.size() : rest.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    words[at] = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  kept_answer answer;
  std::int64_t made_us = 0;
  if (words[0] != "1" || !read_number(words[4], answer.tokens) || answer.tokens < 0 ||
      !read_number(words[5], made_us))
    return std::nullopt;
  answer.id = stored.id;
  answer.key = words[1];
  answer.tenant = words[2];
  answer.provider = words[3];
  answer.made = wall_time{std::chrono::microseconds{made_us}};
  return answer;
}

kept_answers::kept_answers(std::vector<stored_answer> stored, write to, std::size_t max)
    : write_(std::move(to)), max_(std::max<std::size_t>(max, 1)) {
  std::vector<kept_answer> read;
  read.reserve(stored.size());
  for (const stored_answer& each : stored) {
    if (auto answer = decode_answer(each)) read.push_back(std::move(*answer));
  }
  std::ranges::stable_sort(read, {}, &kept_answer::made);
  for (kept_answer& each : read) {
    insert(std::move(each));
    if (answers_.size() <= max_) continue;
    write_({}, answers_.front().id);
    by_id_.erase(answers_.front().id);
    answers_.pop_front();
  }
}

void kept_answers::insert(kept_answer answer) {
  answers_.push_back(std::move(answer));
  by_id_.emplace(answers_.back().id, std::prev(answers_.end()));
}

std::optional<kept_answer> kept_answers::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(*found->second);
}

void kept_answers::keep(kept_answer answer) {
  if (answer.id.empty() || answer.id.size() > id_bytes_max) return;
  stored_answer put{.id = answer.id, .encoded = encode_answer(answer)};
  std::string forgotten;
  const std::lock_guard lock(mutex_);
  if (const auto known = by_id_.find(answer.id); known != by_id_.end()) {
    kept_answer& there = *known->second;  // its id stays, which the index looks at
    there.key = std::move(answer.key);
    there.tenant = std::move(answer.tenant);
    there.provider = std::move(answer.provider);
    there.tokens = answer.tokens;
    there.made = answer.made;
    answers_.splice(answers_.end(), answers_, known->second);
  } else {
    insert(std::move(answer));
    if (answers_.size() > max_) {
      forgotten = answers_.front().id;
      by_id_.erase(answers_.front().id);
      answers_.pop_front();
    }
  }
  write_(std::move(put), std::move(forgotten));
}

void kept_answers::forget(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const order::iterator at = found->second;
  std::string forgotten = at->id;
  by_id_.erase(found);
  answers_.erase(at);
  write_({}, std::move(forgotten));
}

std::size_t kept_answers::size() const {
  const std::lock_guard lock(mutex_);
  return answers_.size();
}

}  // namespace stint
