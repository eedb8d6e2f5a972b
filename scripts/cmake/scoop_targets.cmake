# Every target of the project is made here, so that warnings, sanitizers and visibility are set in one place.

# As g++ has it: one runtime, which is a library. Of main, whose types are several, clang's check of calls knows but one.
if(SCOOP_SANITIZER AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} --print-runtime-dir
    OUTPUT_VARIABLE runtime_folder OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(sanitizer_compile_options -fno-sanitize=function)
  set(sanitizer_link_options -shared-libsan -Wl,-rpath,${runtime_folder})
endif()

function(scoop_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
  # g++ 12 warns of overlaps inside std::string (GCC bug 105651) and of uninitialised parts of std::variant (105562) that
  # are not there.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
  if(SCOOP_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(SCOOP_SANITIZER)
    target_compile_options(${target} PRIVATE
      -fsanitize=${SCOOP_SANITIZER} -fno-sanitize-recover=all -fno-omit-frame-pointer ${sanitizer_compile_options})
    target_link_options(${target} PRIVATE -fsanitize=${SCOOP_SANITIZER} ${sanitizer_link_options})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE AND SCOOP_SANITIZER MATCHES thread)  # elsewhere than in programs it is not looked for
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/scripts/cmake/tsan_suppressions.cpp)
    elseif(type STREQUAL EXECUTABLE AND SCOOP_SANITIZER MATCHES address)
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/scripts/cmake/asan_options.cpp)
    endif()
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
endfunction()

# scoop_add_library(name SOURCES a.cpp b.cpp DEPENDS lib...): a static library inside the project, hidden from users.
function(scoop_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  scoop_target_defaults(${name})
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/common/include)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# scoop_add_test(name LABEL unit TIMEOUT 5 COMMAND program...): one ctest. With a sanitizer, which makes programs slow, it
# has more time, and a report of any process that it starts fails it. The logs of runs stay in the build folder.
function(scoop_add_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "COMMAND" ${ARGN})
  if(SCOOP_SANITIZER)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
    list(PREPEND ARG_COMMAND ${PROJECT_SOURCE_DIR}/tests/support/run_sanitized.sh ${PROJECT_BINARY_DIR}/reports/${name})
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT XDG_STATE_HOME=${PROJECT_BINARY_DIR}/state)
endfunction()

# scoop_add_tests(name LABEL unit TIMEOUT 5 SOURCES a_test.cpp ... DEPENDS lib...): one doctest program; each source is one ctest.
function(scoop_add_tests name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  scoop_target_defaults(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} scoop_doctest_main)
  foreach(source IN LISTS ARG_SOURCES)
    get_filename_component(stem ${source} NAME_WE)
    scoop_add_test(${ARG_LABEL}.${stem} LABEL ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
      COMMAND $<TARGET_FILE:${name}> --source-file=*${stem}.cpp --no-intro=true)
    set_tests_properties(${ARG_LABEL}.${stem} PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 ")
  endforeach()
endfunction()
