// Texts that are hard to cut: random mixtures of what the pre-tokenizers' rules look at.
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

// A text of at least `size` bytes, UTF-8, in which spans of one kind come in random lengths.
inline std::string hard_text(std::mt19937& random, std::size_t size) {
  static constexpr std::array<std::string_view, 48> spans = {
      "word",     "Word",   "WORD",    "wOrD",   "a",     "B",      "don't",  "I'LL",
      "we'Ve",    "it'ſ",   "x'",      "''s",    "'t",    "1",      "42",     "123",
      "1234567",  " ",      "  ",      "\t",     "\n",    "\r\n",   "\n\n",   " \n ",
      ".",        "(",      "//",      ";\n/",   "){\n",  "—",      "“",      "…",
      "é",        "É",      "ß",       "Ωmega",  "слово", "Слово",  "日本語", "中文",
      "ひらがな", "한국어", "a\u0301", "\u0301", "ǅ",     "\u00A0", "٣",      "🙂"};
  std::string text;
  while (text.size() < size) {
    const std::string_view span = spans[random() % spans.size()];
    const std::size_t times = random() % 8 == 0 ? random() % 40 : 1;
    for (std::size_t i = 0; i < times; ++i)
      text += span;
  }
  return text;
}
