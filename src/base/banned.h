/*
 * Functions that this project does not use, each with what to use instead. Included on the
 * command line of every compile in src and tools, but for the lexer and the parser that are made
 * for us, so that a use fails the build with a telling name. Tests may use them.
 */
#ifndef BDL_BASE_BANNED_H
#define BDL_BASE_BANNED_H

/* The headers first: a poisoned name may not stand in a declaration that comes later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With fortification clang may have these two as macros, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat stpcpy /* bdl_buf, bdl_region_str, snprintf */
#pragma GCC poison sprintf vsprintf gets                /* bdl_buf_printf, snprintf */
#pragma GCC poison atoi atol atoll strtok sscanf        /* bdl_view_uint, bdl_view_cut */
#pragma GCC poison gmtime localtime ctime asctime       /* bdl_civil_local, bdl_time_iso */
#pragma GCC poison system popen mktemp tmpnam tempnam   /* sys/proc.h, mkstemp */

#endif
