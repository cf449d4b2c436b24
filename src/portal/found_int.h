/* What a door found out of an act beyond its request, for people. */
#ifndef BDL_PORTAL_FOUND_INT_H
#define BDL_PORTAL_FOUND_INT_H

#include "act.tmpl.h"
#include "pages_int.h"

/* The words that were kept (policy/facts.h) as lines of the page, but for what is for the judge alone. */
void bdl_found_out(const struct bdl_request *r, struct bdl_view kept, struct bdl_page_act *v);

#endif
