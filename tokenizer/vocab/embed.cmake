# Links the rank files into the tokenizer layer (embedded.cpp) and refuses to build with files that are not the published
# ones. Included by the top CMakeLists.txt: source properties belong to the directory that defines the target.
set(vocab_dir ${CMAKE_CURRENT_LIST_DIR})
set(vocab_files)
foreach(pair
    cl100k_base=223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7
    o200k_base=446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d)
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 expected)
  file(SHA256 ${vocab_dir}/${name}.tiktoken digest)
  if(NOT digest STREQUAL expected)
    message(FATAL_ERROR "${name}.tiktoken has SHA-256 ${digest}, expected ${expected}: run tokenizer/vocab/rebuild.py")
  endif()
  list(APPEND vocab_files ${vocab_dir}/${name}.tiktoken)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${vocab_files})
set_source_files_properties(${vocab_dir}/embedded.cpp PROPERTIES
  COMPILE_DEFINITIONS STINT_VOCAB_DIR="${vocab_dir}"
  OBJECT_DEPENDS "${vocab_files}")
