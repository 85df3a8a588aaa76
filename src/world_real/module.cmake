# In one unit g++ 12 warns of coroutine frames that hold types of anonymous namespaces: no fault.
set_target_properties(muster_world_real PROPERTIES UNITY_BUILD OFF)
