#include "worker/runtime/module_table.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <scoop/detail/error_record.hpp>
#include <scoop/detail/pack.hpp>

#include "common/base/content_hash.hpp"

namespace scoop {

using detail::TaskType;

namespace {

/// Filled while libraries are loaded, perhaps before anything else of this one is initialised, and by any thread.
struct Registry {
  std::mutex mutex;
  std::vector<const TaskType*> types;
};

Registry& registry() {
  static Registry& self = *new Registry;  // never destroyed: so is what is registered
  return self;
}

std::vector<const TaskType*> registered_types() {
  std::vector<const TaskType*> types;
  {
    const std::lock_guard lock(registry().mutex);
    types = registry().types;
  }
  // A descriptor that several libraries share is registered by each.
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

std::uintptr_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

std::string hex(std::uint64_t value) {
  char digits[16];
  return "0x" + std::string(digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr);
}

/// By the first byte of a MessagePack value.
bool is_text(unsigned char byte) { return (byte & 0xe0) == 0xa0 || (byte >= 0xd9 && byte <= 0xdb); }

/// Names from the wire may be anything.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 200;
  std::string text(name.substr(0, most));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return '"' + text + '"';
}

}  // namespace

ModuleTable& module_table() {
  static ModuleTable& self = *new ModuleTable;  // threads may use it until the very end
  return self;
}

Status ModuleTable::refresh() {
  ModuleTable fresh;
  fresh.add_images();
  if (auto types = fresh.add_types(); !types) return types;
  if (auto modules = fresh.add_modules(); !modules) return modules;
  *this = std::move(fresh);
  return success();
}

void ModuleTable::add_images() {
  for (ElfImage& loaded : loaded_images()) {
    const auto& image = images_.emplace_back(std::make_unique<Image>(std::move(loaded)));
    for (const auto& segment : image->elf.segments()) segments_.push_back({segment.begin, segment.end, image.get()});
  }
  std::sort(segments_.begin(), segments_.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
}

Status ModuleTable::add_types() {
  for (const TaskType* type : registered_types()) {
    const Image* image = find_image(address_of(type));
    if (!image || !image->elf.contains(address_of(type), sizeof(TaskType))) continue;  // unloaded meanwhile
    if (type->abi == (detail::abi_version | detail::abi_debug_containers)) {
      return Failure{image->elf.path() + " was compiled with _GLIBCXX_DEBUG, whose containers are not those of this " +
                     "scoop: compile it without (_GLIBCXX_ASSERTIONS may stay)"};
    }
    if (type->abi != detail::abi_version) {
      return Failure{image->elf.path() + " was compiled for version " + std::to_string(type->abi) +
                     " of scoop's binary interface, but this scoop has version " + std::to_string(detail::abi_version) +
                     ": compile it again with this scoop's headers"};
    }
    types_.push_back({type, image});
  }
  return success();
}

Status ModuleTable::add_modules() {
  for (const auto& image : images_) {
    const auto holds = [&](const Type& type) { return type.image == image.get(); };
    if (std::none_of(types_.begin(), types_.end(), holds)) continue;
    const auto hash = content_hash(image->elf.file());
    if (!hash) return Failure{hash.failure().message + "; leave programs where they are while they run"};
    modules_.push_back({*hash, image.get()});
  }
  // Stable: copies of one file stand in the order of loading, which is the same everywhere.
  std::stable_sort(modules_.begin(), modules_.end(), [](const Module& a, const Module& b) { return a.hash < b.hash; });
  for (std::uint32_t i = 0; i < modules_.size(); ++i) modules_[i].image->module = i;
  return success();
}

std::vector<std::uint64_t> ModuleTable::hashes() const {
  std::vector<std::uint64_t> hashes;
  for (const Module& module : modules_) hashes.push_back(module.hash);
  return hashes;
}

const ModuleTable::Image* ModuleTable::find_image(std::uintptr_t address) const {
  const auto above = std::upper_bound(segments_.begin(), segments_.end(), address,
                                      [](std::uintptr_t a, const Segment& segment) { return a < segment.begin; });
  if (above == segments_.begin()) return nullptr;
  const Segment& segment = *std::prev(above);
  return address < segment.end ? segment.image : nullptr;
}

/// Null: not registered.
const ModuleTable::Image* ModuleTable::find_type(const TaskType* type) const {
  const auto found = std::lower_bound(types_.begin(), types_.end(), type,
                                      [](const Type& known, const TaskType* sought) { return known.type < sought; });
  return found != types_.end() && found->type == type ? found->image : nullptr;
}

// Tasks

bool ModuleTable::write_type(const TaskType* type, detail::Writer& out) const {
  const Image* image = find_type(type);
  if (!image) {
    detail::write_outcome_tag(out, detail::outcome_error);
    detail::write_error_record(
        out, {.type = "N5scoop11EncodeErrorE",
              .name = "scoop::EncodeError",
              .text = std::string("the task ") + type->name() +
                      " belongs to a library that was loaded after the program began, so other workers do not have it: "
                      "link the library to the program",
              .task = type->name()});
    return false;
  }
  detail::Packer packer(out);
  packer.pack_uint32(*image->module);
  packer.pack_uint64(address_of(type) - image->elf.base());
  return true;
}

const TaskType* ModuleTable::read_type(detail::Reader& in, std::string& why) const {
  try {
    const auto module = in.read_integer<std::uint64_t>();
    const auto offset = in.read_integer<std::uint64_t>();
    if (module >= modules_.size()) {
      why = "a task came from module " + std::to_string(module) + ", but this worker has only " +
            std::to_string(modules_.size()) + " with tasks in them";
      return nullptr;
    }
    const Image* image = modules_[module].image;
    const auto* type = reinterpret_cast<const TaskType*>(image->elf.base() + offset);
    if (find_type(type) == image) return type;
    why = "there is no task at " + hex(offset) + " of " + image->elf.path() + ", from where one came";
  } catch (const DecodeError& error) {
    why = error.what();
  }
  return nullptr;
}

const TaskType* ModuleTable::type_of_work(std::span<const char> work) const noexcept {
  try {
    detail::Reader reader(work.data(), work.size());
    std::string why;
    return read_type(reader, why);
  } catch (...) {  // no memory for the sentence
    return nullptr;
  }
}

// Functions

const ExportedFunctions& ModuleTable::Image::exported() const {
  const ExportedFunctions* known = functions.load(std::memory_order_acquire);
  if (known) return *known;
  // No lock: making it takes the dynamic linker's, which others hold while they run static initialisers.
  auto made = std::make_unique<const ExportedFunctions>(elf);
  if (functions.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *known;
}

bool ModuleTable::write_code(const void* code, detail::Writer& out, std::string& why) const {
  const std::uintptr_t address = address_of(code);
  const Image* image = find_image(address);
  if (!image) {
    why = "the function at " + hex(address) +
          " is in no library that was loaded when the program began, so other workers do not have it: link its library "
          "to the program";
    return false;
  }
  const std::uintptr_t offset = address - image->elf.base();
  if (image->module) {
    if (!image->elf.is_function(address)) {
      why = "no function begins at " + hex(offset) + " of " + image->elf.path() +
            ", so the pointer to it cannot be sent: has it been overwritten?";
      return false;
    }
    detail::write_array(out, 2);
    detail::Packer packer(out);
    packer.pack_uint32(*image->module);
    packer.pack_uint64(offset);
    return true;
  }
  const std::string_view symbol = image->exported().name_of(address);
  if (symbol.empty()) {
    why = "the function at " + hex(offset) + " of " + image->elf.path() + " cannot be sent, since " +
          image->elf.name() + " does not export it: export it there, or send a function of the program that calls it";
    return false;
  }
  detail::write_array(out, 2);
  detail::write_string(out, image->elf.name());
  detail::write_string(out, symbol);
  return true;
}

const void* ModuleTable::read_code(detail::Reader& in, std::string& why) const {
  try {
    in.read_array_of(2);
    if (is_text(in.peek())) {
      const std::string_view library = in.read_string();
      return find_code(library, in.read_string(), why);
    }
    const auto module = in.read_integer<std::uint64_t>();
    return find_code(module, in.read_integer<std::uint64_t>(), why);
  } catch (const DecodeError& error) {
    why = error.what();
    return nullptr;
  }
}

const void* ModuleTable::find_code(std::uint64_t module, std::uint64_t offset, std::string& why) const {
  if (module >= modules_.size()) {
    why = "a function came from module " + std::to_string(module) + ", but this worker has only " +
          std::to_string(modules_.size()) + " with tasks in them";
    return nullptr;
  }
  const ElfImage& elf = modules_[module].image->elf;
  const std::uintptr_t address = elf.base() + offset;
  if (elf.is_function(address)) return reinterpret_cast<const void*>(address);
  why = "no function begins at " + hex(offset) + " of " + elf.path() + ", from where one came";
  return nullptr;
}

const void* ModuleTable::find_code(std::string_view library, std::string_view symbol, std::string& why) const {
  const auto image = std::find_if(images_.begin(), images_.end(),
                                  [&](const auto& candidate) { return candidate->elf.name() == library; });
  if (image == images_.end()) {
    why = "a function of " + shown(library) + " came, but this worker has no such library loaded: link it to " +
          "the program";
    return nullptr;
  }
  const std::uintptr_t address = (*image)->exported().address_of(symbol);
  if (address != 0) return reinterpret_cast<const void*>(address);
  why = (*image)->elf.path() + " has no function " + shown(symbol) +
        ", unlike the library of that name on another host: install the same version";
  return nullptr;
}

}  // namespace scoop

void scoop_register_task(const scoop::detail::TaskType* type) {
  scoop::Registry& registry = scoop::registry();
  const std::lock_guard lock(registry.mutex);
  registry.types.push_back(type);
}

bool scoop_encode_code(const void* code, scoop::detail::Writer* out) {
  const std::size_t size = out->size;
  try {
    std::string why;
    if (scoop::module_table().write_code(code, *out, why)) return true;
    out->write(why.data(), why.size());
  } catch (const std::exception&) {  // no memory
    out->size = size;
  }
  return false;
}

const void* scoop_decode_code(scoop::detail::Reader* in, scoop::detail::Writer* error) {
  try {
    std::string why;
    const void* code = scoop::module_table().read_code(*in, why);
    if (!code) error->write(why.data(), why.size());
    return code;
  } catch (const std::exception&) {  // no memory
    return nullptr;
  }
}
