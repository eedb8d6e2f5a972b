// empty [wait]: a program that does nothing, with the libraries that a worker has. With wait it stays until its
// standard input ends.
#include <unistd.h>

int main(int argc, char**) {
  char byte = 0;
  if (argc > 1) return ::read(STDIN_FILENO, &byte, 1) < 0 ? 1 : 0;
}
