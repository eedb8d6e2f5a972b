#pragma once
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop::detail {

/// Results of which a vector can be filled in any order: any bits will do until they come.
template <class T>
inline constexpr bool fills_vector =
    std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> && !std::is_same_v<T, bool>;

/// Raw memory for the results of a map, one place an element. Whoever places results there destroys them.
///
/// A caller's own places are a vector where the type allows it, since the caller most often wants one in the end: then
/// it costs no second memory, whose first touch takes longer than small results do. The vector is filled with zeros
/// before the first call begins; large ones would hold that up, so these are raw as well.
template <class T>
class MapPlaces {
 public:
  enum class Use { collected, sent };

  MapPlaces(std::uint64_t size, Use use) : size_(size) {
    if constexpr (fills_vector<T>) {
      if (use == Use::collected && size <= most_vector_bytes / sizeof(T)) {
        vector_.resize(size);
        first_ = vector_.data();
        return;
      }
    }
    first_ = raw_ = std::allocator<T>().allocate(size);
  }
  ~MapPlaces() {
    if (raw_) std::allocator<T>().deallocate(raw_, size_);
  }
  MapPlaces(const MapPlaces&) = delete;
  MapPlaces& operator=(const MapPlaces&) = delete;

  T* at(std::uint64_t i) const { return first_ + i; }
  std::uint64_t size() const { return size_; }

  bool is_vector() const { return !raw_; }
  /// Only where it is one, and nothing is read from the places afterwards.
  std::vector<T>& vector() { return vector_; }

 private:
  static constexpr std::uint64_t most_vector_bytes = 64u << 20;

  std::uint64_t size_;  // 1 or more
  T* first_;
  T* raw_ = nullptr;  // null: the places are the vector's
  std::vector<T> vector_;
};

}  // namespace scoop::detail
