/* What this machine can do of it. */
#include "scan/wide_int.h"

#ifdef __x86_64__
bool bdl_wide_can(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

bool bdl_wide_can_permute(void)
{
	return bdl_wide_can() && __builtin_cpu_supports("avx512vbmi");
}
#else
bool bdl_wide_can(void)
{
	return false;
}

bool bdl_wide_can_permute(void)
{
	return false;
}
#endif
