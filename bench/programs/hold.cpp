// hold: a pool in which nothing happens until the end of main's input.
#include <cstdio>
#include <scoop/scoop.hpp>

int main() {
  while (std::getchar() != EOF) {
  }
}
