/* What the page /lists (show_lists.c) and its look-up (show_lists_look.c) share. */
#ifndef BDL_PORTAL_LISTS_INT_H
#define BDL_PORTAL_LISTS_INT_H

#include "lists.tmpl.h"
#include "lists/lists.h"
#include "state_int.h"

/* Whether a condition or an exception of the rule names this category. */
bool bdl_rule_names_category(const struct bdl_rule *rule, struct bdl_view category);

/* What the address asks for, where it asks: which lists say what of it, and which rules name it. */
void bdl_lists_look_up(
    struct bdl_request *r, const struct bdl_lists *lists, struct bdl_page_lists *v);

#endif
