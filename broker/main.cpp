#include "broker/broker_process.hpp"

int main(int argc, char** argv) {
  const auto parsed = scoop::parse_broker_options(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  return scoop::run_broker(std::get<scoop::BrokerOptions>(parsed));
}
