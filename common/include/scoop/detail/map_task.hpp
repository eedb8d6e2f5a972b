#pragma once
#include <exception>
#include <memory>
#include <scoop/detail/coverage.hpp>
#include <scoop/detail/interval_errors.hpp>
#include <scoop/detail/map_places.hpp>
#include <scoop/detail/range_call.hpp>
#include <scoop/detail/waiters.hpp>
#include <utility>
#include <vector>

namespace scoop::detail {

/// The results of a map, whatever its callable: one place an element, filled in any order.
template <class R>
struct MapNode : RangeNode {
  using Stored = stored_result_t<R>;
  using Use = typename MapPlaces<Stored>::Use;

  MapNode(const TaskType* t, std::uint64_t lo, std::uint64_t hi, Use use)
      : RangeNode(t, lo, hi), begin(lo), coverage(lo), places(hi - lo, use) {}
  ~MapNode() {
    if (!errors.empty() && !seen) log_unseen(errors.first(), type->name());
    if constexpr (!std::is_trivially_destructible_v<Stored>) {
      destroy_values(begin, coverage.frontier());
      for (const auto& [lo, hi] : coverage.beyond()) destroy_values(lo, hi);
    }
  }
  MapNode(const MapNode&) = delete;

  void destroy_values(std::uint64_t lo, std::uint64_t hi) {
    for (std::uint64_t i = lo; i < hi; ++i)
      if (!errors.find(i)) std::destroy_at(place(i));
  }

  Stored* place(std::uint64_t i) { return places.at(i - begin); }

  /// Element i, which is below the frontier; throws what the call threw.
  Stored& value(std::uint64_t i) {
    if (!errors.empty()) [[unlikely]]
      if (const std::exception_ptr* error = errors.find(i)) {
        seen = true;
        std::rethrow_exception(*error);
      }
    return *place(i);
  }

  /// Calls `make(i)` for each i and keeps what comes of it: the value or the exception.
  template <class Make>
  void fill(std::uint64_t lo, std::uint64_t hi, Make&& make) {
    Stored* const first = place(lo);
    for (std::uint64_t i = lo; i < hi; ++i) try {
        for (; i < hi; ++i) {
          void* const memory = first + (i - lo);
          if constexpr (std::is_void_v<R>) {
            make(i);
            ::new (memory) Nothing;
          } else {
            ::new (memory) R(make(i));
          }
        }
      } catch (...) {
        errors.add(i, i + 1, std::current_exception());
      }
    finish(lo, hi);
  }

  void finish(std::uint64_t lo, std::uint64_t hi) {
    coverage.add(lo, hi);
    missing -= hi - lo;
    done = missing == 0;
    if (!by_completion) {
      frontier = coverage.frontier();
    } else {
      arrivals.emplace_back(lo, hi);
      frontier = places.size() - missing;
    }
  }

  std::int64_t deadline = no_deadline;
  bool by_completion = false;                                     // the frontier counts, and
  std::vector<std::pair<std::uint64_t, std::uint64_t>> arrivals;  // these came, in this order
  std::uint64_t begin;
  Coverage coverage;
  MapPlaces<Stored> places;
  IntervalErrors errors;
};

/// `map(callable, ranges...)` as one task over an index range.
template <class F, class... Sources>
struct MapTask final : MapNode<typename RangeCall<F, Sources...>::R> {
  using Call = RangeCall<F, Sources...>;
  using R = typename Call::R;
  using Base = MapNode<R>;

  MapTask(Call c, std::uint64_t lo, std::uint64_t hi, typename Base::Use use)
      : Base(&type, lo, hi, use), call(std::move(c)) {}

  static MapTask* self(Node* node) { return static_cast<MapTask*>(node); }
  static const char* name() { return __PRETTY_FUNCTION__; }

  static void run(Node* node, std::uint64_t lo, std::uint64_t hi) {
    auto& map_call = self(node)->call;
    self(node)->fill(lo, hi, [&map_call](std::uint64_t i) -> R { return map_call.at(i); });
  }

  static bool encode_task(const Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    return encode_or_error(*out, name(), [&] { static_cast<const MapTask*>(node)->call.encode_part(*out, lo, hi); });
  }

  static Node* decode_task(Reader* in, std::uint64_t lo, std::uint64_t hi, Writer* error) {
    Node* node = nullptr;
    encode_or_error(*error, name(),
                    [&] { node = new MapTask(Call::decode_part(*in, lo, hi), lo, hi, Base::Use::sent); });
    return node;
  }

  static bool encode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    node->seen = true;
    MapTask& task = *self(node);
    const std::size_t start = out->size;
    if (task.errors.any_in(lo, hi) || !encode_all(task, lo, hi, *out)) {
      // What cannot be written, as what threw, fails itself only.
      out->size = start;
      encode_or_error(*out, name(), [&] { encode_each(task, lo, hi, *out); });
    }
    return !out->was_full || hi - lo == 1;
  }

  static bool encode_all(MapTask& task, std::uint64_t lo, std::uint64_t hi, Writer& out) {
    return encode_or_error(out, name(), [&] {
      write_outcome_tag(out, outcome_value);
      encode(out, false);
      if constexpr (!std::is_void_v<R>) encode_block(out, task.place(lo), hi - lo);
    });
  }

  static void encode_each(MapTask& task, std::uint64_t lo, std::uint64_t hi, Writer& out) {
    write_outcome_tag(out, outcome_value);
    encode(out, true);
    for (std::uint64_t i = lo; i < hi && (!out.was_full || hi - lo == 1); ++i) {
      encode_or_error(out, name(), [&] {
        [[maybe_unused]] auto& value = task.value(i);
        write_outcome_tag(out, outcome_value);
        if constexpr (!std::is_void_v<R>) encode(out, value);
      });
    }
  }

  static void decode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Reader* in) {
    MapTask& task = *self(node);
    try {
      if (read_outcome_is_error(*in)) std::rethrow_exception(decode_error(*in));
      if (!decode<bool>(*in)) {
        if constexpr (std::is_void_v<R>)
          task.fill(lo, hi, [](std::uint64_t) {});
        else
          decode_block_at(*in, task.place(lo), hi - lo), task.finish(lo, hi);
        return;
      }
    } catch (...) {
      task.errors.add(lo, hi, std::current_exception());
      return task.finish(lo, hi);
    }
    task.fill(lo, hi, [&](std::uint64_t) -> R {
      if (read_outcome_is_error(*in)) std::rethrow_exception(decode_error(*in));
      if constexpr (!std::is_void_v<R>) return decode<R>(*in);
    });
  }

  static void destroy(Node* node) { delete self(node); }

  static constinit inline const TaskType type{
      own_abi, 1, &name, &run, &encode_task, &decode_task, &encode_result, &decode_result, &destroy};
  static inline const Registration registration{&type};

  Call call;
};

}  // namespace scoop::detail
