# Compiles the rank files into tables (compile.cpp) and links those into the tokenizer layer (embedded.cpp): nothing is
# read, parsed or built at run time. Refuses to build with files that are not the published ones. Included by the top
# CMakeLists.txt: source properties belong to the directory that defines the target.
set(vocab_dir ${CMAKE_CURRENT_LIST_DIR})
set(vocab_tables_dir ${PROJECT_BINARY_DIR}/vocab)
file(MAKE_DIRECTORY ${vocab_tables_dir})

add_executable(stint_compile_vocabulary ${vocab_dir}/compile.cpp ${vocab_dir}/rank_file.cpp ${vocab_dir}/vocabulary_source.cpp
  ${vocab_dir}/vocabulary_block.cpp ${vocab_dir}/vocabulary_builder.cpp ${vocab_dir}/../bpe/vocabulary.cpp)
target_include_directories(stint_compile_vocabulary PRIVATE ${PROJECT_BINARY_DIR}/include/tokenizer)
target_link_libraries(stint_compile_vocabulary PRIVATE Boost::headers stint_options)

set(vocab_tables)
foreach(row
    cl100k_base=tiktoken=223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7
    deepseek_v3=tiktoken=ea361439831165203088c236a65f20163f58a68d735b51593dfe1068a23920b2
    o200k_base=tiktoken=446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d
    p50k_base=tiktoken=94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069
    qwen3=tiktoken=b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186
    r50k_base=tiktoken=306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930)
  string(REPLACE "=" ";" row ${row})
  list(GET row 0 name)
  list(GET row 1 kind)
  list(GET row 2 expected)
  set(ranks ${vocab_dir}/${name}.tiktoken)
  file(SHA256 ${ranks} digest)
  if(NOT digest STREQUAL expected)
    message(FATAL_ERROR "${name}.tiktoken has SHA-256 ${digest}, expected ${expected}: run tokenizer/vocab/rebuild.py")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ranks})
  add_custom_command(OUTPUT ${vocab_tables_dir}/${name}.tables
    COMMAND stint_compile_vocabulary ${ranks} ${vocab_tables_dir}/${name}.tables ${kind}
    DEPENDS stint_compile_vocabulary ${ranks}
    COMMENT "Compiling the vocabulary ${name}" VERBATIM)
  list(APPEND vocab_tables ${vocab_tables_dir}/${name}.tables)
endforeach()
set_source_files_properties(${vocab_dir}/embedded.cpp PROPERTIES
  COMPILE_DEFINITIONS STINT_VOCAB_DIR="${vocab_tables_dir}"
  OBJECT_DEPENDS "${vocab_tables}")
