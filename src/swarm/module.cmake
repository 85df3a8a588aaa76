# As one unit, a module is so much inlined that GCC 12 takes an empty std::optional or std::variant
# of these types for one that may hold something uninitialised; so it does where they are used.
target_compile_options(${target} PUBLIC $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
