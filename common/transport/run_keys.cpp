#include "common/transport/run_keys.hpp"

#include <zmq.h>

namespace scoop {
namespace {

constexpr std::size_t key_characters = 40;

bool make_pair(std::string& public_key, std::string& secret_key) {
  char made_public[key_characters + 1];
  char made_secret[key_characters + 1];
  if (::zmq_curve_keypair(made_public, made_secret) != 0) return false;
  public_key.assign(made_public, key_characters);
  secret_key.assign(made_secret, key_characters);
  return true;
}

}  // namespace

Result<RunKeys> make_run_keys() {
  RunKeys keys;
  if (make_pair(keys.server_public, keys.server_secret) && make_pair(keys.client_public, keys.client_secret))
    return keys;
  return Failure{std::string("cannot make keys: ZeroMQ says \"") + ::zmq_strerror(::zmq_errno()) +
                 "\"; install one with CURVE, or use --insecure"};
}

}  // namespace scoop
