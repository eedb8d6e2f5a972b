# scoop_add_program(name sources...): a program for scoop-launch, built to name.so. The installed package has it too.
function(scoop_add_program name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE scoop::scoop)
  # The workers look for main by name, so it stays visible whatever the rest of a project has set.
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" CXX_VISIBILITY_PRESET default)
endfunction()
