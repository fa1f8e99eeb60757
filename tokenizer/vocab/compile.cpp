// Part of the build: compiles a rank file into the arrays that the program links in (embed.cmake).
//   stint_compile_vocabulary FILE.tiktoken OUT tiktoken|merges
// "merges" is for encodings of which a whole piece is not looked up before it is merged.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tokenizer/vocab/rank_file.hpp"
#include "tokenizer/vocab/vocabulary_builder.hpp"

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: stint_compile_vocabulary FILE.tiktoken OUT tiktoken|merges\n");
    return 2;
  }
  std::ifstream in(arguments[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto source = stint::tokenizer::read_rank_file(text);
  if (!source) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], source.error().c_str());
    return 1;
  }
  source->whole_piece_first = std::string_view(arguments[3]) == "tiktoken";
  const auto compiled = stint::tokenizer::compile_vocabulary(*source);
  if (!compiled.error.empty()) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], compiled.error.c_str());
    return 1;
  }
  std::ofstream out(arguments[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(compiled.block.data()),
            static_cast<std::streamsize>(compiled.block.size() * sizeof(compiled.block[0])));
  return out.flush() ? 0 : 1;
}
