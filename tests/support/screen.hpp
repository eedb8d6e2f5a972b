#pragma once
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace scoop::test {

/// What a terminal shows of the bytes that were written to it, as far as programs here use one: rows that scroll
/// between margins, a cursor that is moved, saved and restored, rows that are erased. One byte a column.
class Screen {
 public:
  Screen(int rows, int columns)
      : rows_(static_cast<std::size_t>(rows)), width_(static_cast<std::size_t>(columns)), bottom_(rows - 1) {}

  void write(std::string_view bytes) {
    rest_ += bytes;
    while (!rest_.empty()) {
      const auto used = step(rest_);
      if (used == 0) return;  // a sequence that is not complete
      rest_.erase(0, used);
    }
  }

  /// Without the blanks at its end.
  std::string row(int number) const {
    auto text = rows_[static_cast<std::size_t>(number)];
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }
  std::string last_row() const { return row(static_cast<int>(rows_.size()) - 1); }
  /// What has scrolled away and all rows, but for the empty ones at the end.
  std::vector<std::string> all() const {
    auto lines = scrolled_;
    for (std::size_t i = 0; i < rows_.size(); ++i) lines.push_back(row(static_cast<int>(i)));
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
  }
  /// All rows scroll.
  bool is_whole() const { return bottom_ + 1 == static_cast<int>(rows_.size()); }
  std::pair<int, int> cursor() const { return {y_, x_}; }

 private:
  static std::size_t sequence_end(const std::string& bytes) {
    std::size_t end = 2;
    while (end < bytes.size() && (bytes[end] < '@' || bytes[end] > '~')) ++end;
    return end < bytes.size() ? end + 1 : 0;
  }

  std::size_t step(const std::string& bytes) {
    if (bytes[0] != '\x1b') {
      put(bytes[0]);
      return 1;
    }
    if (bytes.size() < 2) return 0;
    if (bytes[1] == '[') {
      const auto end = sequence_end(bytes);
      if (end > 0) obey(bytes[end - 1], bytes.substr(2, end - 3));
      return end;
    }
    if (bytes[1] == '7') saved_ = {y_, x_};
    if (bytes[1] == '8') std::tie(y_, x_) = saved_;
    if (bytes[1] == 'D') line_feed();
    if (bytes[1] == 'M') y_ = std::max(0, y_ - 1);  // never from the first row here
    return 2;
  }

  void put(char byte) {
    if (byte == '\r') {
      x_ = 0;
    } else if (byte == '\n') {
      line_feed();
    } else {
      if (x_ == static_cast<int>(width_) && wraps_) {
        x_ = 0;
        line_feed();
      }
      auto& text = rows_[static_cast<std::size_t>(y_)];
      const auto column = std::min(static_cast<std::size_t>(x_), width_ - 1);
      text.resize(std::max(text.size(), column + 1), ' ');
      text[column] = byte;
      x_ = std::min(x_ + 1, static_cast<int>(width_));
    }
  }

  void line_feed() {
    if (y_ == bottom_) {
      scrolled_.push_back(row(0));
      rows_.erase(rows_.begin());
      rows_.insert(rows_.begin() + bottom_, std::string());
    } else if (y_ + 1 < static_cast<int>(rows_.size())) {
      ++y_;
    }
  }

  void obey(char order, const std::string& words) {
    const auto semicolon = words.find(';');
    const int first = std::atoi(words.c_str());
    const int second = semicolon == std::string::npos ? 0 : std::atoi(words.c_str() + semicolon + 1);
    const int rows = static_cast<int>(rows_.size());
    if (order == 'r') {
      bottom_ = (second > 0 ? std::min(second, rows) : rows) - 1;
      y_ = x_ = 0;
    } else if (order == 'H') {
      y_ = std::clamp(first, 1, rows) - 1;
      x_ = std::max(second, 1) - 1;
    } else if (order == 'K' && first == 2) {
      rows_[static_cast<std::size_t>(y_)].clear();
    } else if (words == "?7" && (order == 'l' || order == 'h')) {
      wraps_ = order == 'h';
    }
  }

  std::vector<std::string> rows_;
  std::vector<std::string> scrolled_;
  std::size_t width_;
  int bottom_;  // the last row that scrolls
  int y_ = 0;
  int x_ = 0;
  std::pair<int, int> saved_;
  bool wraps_ = true;
  std::string rest_;
};

}  // namespace scoop::test
