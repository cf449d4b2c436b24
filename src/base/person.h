/* Names that people sign with: whether one is a name, and whether two are one person's. */
#ifndef BDL_BASE_PERSON_H
#define BDL_BASE_PERSON_H

#include "base/view.h"

/* A person who answers for something: letters are in it, and nothing that steers a terminal. */
bool bdl_person_ok(struct bdl_view person);

/* Whether both name the same person: the same letters and digits, in either case. */
bool bdl_person_same(struct bdl_view a, struct bdl_view b);

#endif
