#include "worker/daemon/line_buffer.hpp"

#include <doctest/doctest.h>

using scoop::LineBuffer;

TEST_CASE("LineBuffer holds back a line until it is whole") {
  LineBuffer buffer;
  CHECK(buffer.append("one, ") == "");
  CHECK(buffer.append("two\nthree\nfo") == "one, two\nthree\n");
  CHECK(buffer.append("ur\n") == "four\n");
  CHECK(buffer.finish() == "");
}

TEST_CASE("LineBuffer ends the last line where the worker did not") {
  LineBuffer buffer;
  CHECK(buffer.append("a\nb") == "a\n");
  CHECK(buffer.finish() == "b\n");
  CHECK(buffer.finish() == "");
}

TEST_CASE("LineBuffer passes on an overlong line in parts, and loses nothing") {
  LineBuffer buffer;
  std::string got;
  for (int i = 0; i < 100; ++i) got += buffer.append(std::string(4096, 'x'));
  CHECK(got.size() > 4096 * 100 - 2 * LineBuffer::longest_line);
  got += buffer.append("\n");
  CHECK(got == std::string(4096 * 100, 'x') + "\n");
}

TEST_CASE("LineBuffer leaves zeros and carriage returns alone") {
  LineBuffer buffer;
  const std::string bytes("a\0b\r\n", 5);
  CHECK(buffer.append(bytes) == bytes);
}

TEST_CASE("LineBuffer puts its tag in front of each line, once") {
  LineBuffer buffer("[w3@node7] ");
  CHECK(buffer.append("one\ntwo\nth") == "[w3@node7] one\n[w3@node7] two\n");
  CHECK(buffer.append("ree\n\n") == "[w3@node7] three\n[w3@node7] \n");
  const std::string part(LineBuffer::longest_line + 1, 'x');
  CHECK(buffer.append(part) == "[w3@node7] " + part);
  CHECK(buffer.append("y\nz\n") == "y\n[w3@node7] z\n");
  CHECK(buffer.append(part) == "[w3@node7] " + part);
  CHECK(buffer.finish() == "\n");
}
