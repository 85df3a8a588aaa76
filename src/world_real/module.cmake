# In one unit g++ 12 warns of coroutine frames that hold types of anonymous namespaces: no fault.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(muster_world_real PRIVATE -Wno-subobject-linkage)
endif()
