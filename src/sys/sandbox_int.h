/*
 * Whether this is a build with a sanitizer. Its runtime does what no part of Beadle does (a leak
 * check at exit makes a process that traces this one and reads /proc), so the sandbox of such a
 * build has that much more of a door. All else is refused as in every build.
 */
#ifndef BDL_SYS_SANDBOX_INT_H
#define BDL_SYS_SANDBOX_INT_H

#include "base/err.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define BDL_SANITIZED 1
#endif
#endif
#if !defined(BDL_SANITIZED) && (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
#define BDL_SANITIZED 1
#endif
#if !defined(BDL_SANITIZED)
#define BDL_SANITIZED 0
#endif

/*
 * As on a kernel without io_uring, whose work no filter of calls sees: libuv makes a ring for itself
 * where it can, uses it without having been asked, and aborts when a filter that is closed later refuses.
 */
int bdl_sandbox_no_rings(struct bdl_err *err) BDL_MUST_USE;

#endif
