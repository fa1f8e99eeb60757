# The one fuzz target that runs in every check: the vector kernels against the plain one, for the better part of a minute
# (./check --nightly: for five). It is compiled by clang whatever the compiler of the build is, and only where clang and
# libFuzzer are installed (tests/setup/packages.txt).
set(STINT_GATE_FUZZ_SECONDS 45 CACHE STRING "How long ctest runs the kernels' fuzz target")
find_program(CLANG_EXECUTABLE NAMES clang++-14)
if(NOT CLANG_EXECUTABLE)
  message(WARNING "clang++-14 is missing: the kernels' fuzz test is left out")
  return()
endif()
set(tokenizer_dir ${PROJECT_SOURCE_DIR}/tokenizer)
file(GLOB fuzzed CONFIGURE_DEPENDS ${tokenizer_dir}/bpe/kernel*.cpp)
list(APPEND fuzzed ${CMAKE_CURRENT_LIST_DIR}/count_fuzz.cpp ${tokenizer_dir}/bpe/split.cpp ${tokenizer_dir}/unicode/char_class.cpp ${tokenizer_dir}/unicode/utf8.cpp
  ${tokenizer_dir}/bpe/byte_pair.cpp ${tokenizer_dir}/bpe/vocabulary.cpp ${tokenizer_dir}/vocab/embedded.cpp
  ${tokenizer_dir}/vocab/vocabulary_block.cpp)
file(GLOB fuzzed_headers CONFIGURE_DEPENDS ${tokenizer_dir}/bpe/*.hpp ${tokenizer_dir}/bpe/*.inc ${tokenizer_dir}/unicode/* ${tokenizer_dir}/vocab/*.hpp)
set(fuzzer ${CMAKE_CURRENT_BINARY_DIR}/count_fuzz_gate)
add_custom_command(OUTPUT ${fuzzer}
  COMMAND ${CLANG_EXECUTABLE} -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
    -fno-sanitize=function "-DSTINT_VOCAB_DIR=\"${PROJECT_BINARY_DIR}/vocab\"" -I ${PROJECT_BINARY_DIR}/include/tokenizer
    ${fuzzed} -o ${fuzzer}
  DEPENDS ${fuzzed} ${fuzzed_headers} tokenizer
  COMMENT "Compiling the kernels' fuzz target" VERBATIM)
add_custom_target(kernels_fuzz_built ALL DEPENDS ${fuzzer})
set(corpus ${CMAKE_CURRENT_BINARY_DIR}/count_corpus)
file(MAKE_DIRECTORY ${corpus})
add_test(NAME kernels_fuzz COMMAND ${fuzzer} -max_total_time=${STINT_GATE_FUZZ_SECONDS} -max_len=1024 -timeout=10
  -print_final_stats=1 -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/finding-count- ${corpus})
math(EXPR timeout "${STINT_GATE_FUZZ_SECONDS} + 60")
set_tests_properties(kernels_fuzz PROPERTIES LABELS fuzz TIMEOUT ${timeout})
