#include "launcher/command_words.hpp"

namespace scoop {

Result<std::optional<std::string>> parse_command(CLI::App& app, int argc, const char* const* argv) {
  const std::string name = argv[0];
  const auto more = " (scoop-launch " + name + " --help lists all options)";
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return std::optional(app.help());
  } catch (const CLI::ExtrasError&) {
    return Failure{name + " takes no " + app.remaining().at(0) + more};
  } catch (const CLI::ArgumentMismatch& error) {  // "--level: 1 required L missing"
    const std::string words = error.what();
    return Failure{words.substr(0, words.find_first_of(": ")) + " needs one value" + more};
  } catch (const CLI::ParseError& error) {
    return Failure{name + ": " + error.what() + more};
  }
  return std::optional<std::string>();
}

}  // namespace scoop
