# In one unit g++ 12 warns that coroutine frames hold types of anonymous namespaces, which is no fault.
set_target_properties(muster_world_real PROPERTIES UNITY_BUILD OFF)
