// What --trace prints.
#include <cstdio>

#include "tests/simulation/node.hpp"

namespace scoop::simulation {

namespace {

std::string text_of(Interval interval) {
  return "[" + std::to_string(interval.lo) + ", " + std::to_string(interval.hi) + ")";
}

template <class Items>
std::string list_of(const Items& items) {
  std::string text;
  for (const auto& item : items) {
    if (text.size() > 100) return text + " ...";
    text += " #" + std::to_string(item.attempt);
    if (item.interval != Interval{0, 1}) text += text_of(item.interval);
  }
  return text;
}

struct Describe {
  std::string operator()(const Sated& sated) const { return " fed by " + to_string(sated.fed_by); }
  std::string operator()(const Surplus& surplus) const { return " " + std::to_string(surplus.tasks); }
  std::string operator()(const Feed& feed) const { return " " + to_string(feed.thief.id); }
  std::string operator()(const Unfeed& unfeed) const { return " " + to_string(unfeed.thief); }
  std::string operator()(const Lost& lost) const { return " " + to_string(lost.worker.id); }
  std::string operator()(const Joined& joined) const { return " " + to_string(joined.member.id); }
  std::string operator()(const Tasks& tasks) const { return list_of(tasks.tasks); }
  std::string operator()(const Results& results) const {
    return list_of(results.results) + (results.hungry ? ", hungry" : "");
  }
  std::string operator()(const Release& release) const {
    return list_of(release.tasks) + " to " + to_string(release.to.id);
  }
  std::string operator()(const Piece& piece) const {
    return " " + std::to_string(piece.stream) + " at " + std::to_string(piece.offset) + " of " +
           std::to_string(piece.total);
  }
  std::string operator()(const auto&) const { return ""; }
};

double ms(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

}  // namespace

void Pool::tell(const Node& at, const std::string& line) const {
  if (trace_ == nullptr) return;
  char time[32];
  std::snprintf(time, sizeof time, "%12.3f ms  ", ms(now_ - begin_));
  *trace_ << time << to_string(at.id) << " " << line << "\n";
}

void Pool::tell_frame(const Node& from, WorkerId to, const Frame& frame, TimePoint arrival) const {
  auto header = read_header(frame.head);
  auto message = decode_message(frame.head.slice(frame_header_bytes, frame.head.size() - frame_header_bytes));
  char when[48];
  if (arrival == never)
    std::snprintf(when, sizeof when, "LOST");
  else
    std::snprintf(when, sizeof when, "arrives %.3f", ms(arrival - begin_));
  tell(from, "-> " + to_string(to) + "  " + name_of(*message) + std::visit(Describe{}, *message) + "  (" +
                 std::to_string(header->number) + ", ack " + std::to_string(header->acknowledged) + ", " + when + ")");
}

}  // namespace scoop::simulation
