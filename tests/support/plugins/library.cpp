// A library without tasks, with a function that it exports and one that it does not.
namespace {
int hidden(int x) { return 3 * x; }
}  // namespace

extern "C" int library_function(int x) { return hidden(x) + 1; }
extern "C" int (*hidden_function())(int) { return &hidden; }
