#pragma once
#include <map>
#include <scoop/detail/codec/sequences.hpp>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace scoop::detail {

template <class Set>
struct SetCodec {
  using Element = typename Set::key_type;
  using Parts = Types<Element>;

  static void encode(Writer& out, const Set& value) { encode_elements(out, value, value.size()); }
  static Set decode(Reader& in) {
    Set result;
    for (std::uint32_t n = in.read_array(); n > 0; --n) result.emplace_hint(result.end(), Codec<Element>::decode(in));
    return result;
  }
};

template <class Map>
struct MapCodec {
  using Key = typename Map::key_type;
  using Value = typename Map::mapped_type;
  using Parts = Types<Key, Value>;

  static void encode(Writer& out, const Map& map) {
    write_map(out, map.size());
    for (const auto& [key, value] : map) {
      Codec<Key>::encode(out, key);
      Codec<Value>::encode(out, value);
    }
  }
  static Map decode(Reader& in) {
    Map result;
    for (std::uint32_t n = in.read_map(); n > 0; --n) {
      Key key = Codec<Key>::decode(in);
      result.emplace_hint(result.end(), std::move(key), Codec<Value>::decode(in));
    }
    return result;
  }
};

template <class T, class C, class A>
struct Codec<std::set<T, C, A>> : SetCodec<std::set<T, C, A>> {};
template <class T, class C, class A>
struct Codec<std::multiset<T, C, A>> : SetCodec<std::multiset<T, C, A>> {};
template <class T, class H, class E, class A>
struct Codec<std::unordered_set<T, H, E, A>> : SetCodec<std::unordered_set<T, H, E, A>> {};
template <class T, class H, class E, class A>
struct Codec<std::unordered_multiset<T, H, E, A>> : SetCodec<std::unordered_multiset<T, H, E, A>> {};

template <class K, class V, class C, class A>
struct Codec<std::map<K, V, C, A>> : MapCodec<std::map<K, V, C, A>> {};
template <class K, class V, class C, class A>
struct Codec<std::multimap<K, V, C, A>> : MapCodec<std::multimap<K, V, C, A>> {};
template <class K, class V, class H, class E, class A>
struct Codec<std::unordered_map<K, V, H, E, A>> : MapCodec<std::unordered_map<K, V, H, E, A>> {};
template <class K, class V, class H, class E, class A>
struct Codec<std::unordered_multimap<K, V, H, E, A>> : MapCodec<std::unordered_multimap<K, V, H, E, A>> {};

}  // namespace scoop::detail
