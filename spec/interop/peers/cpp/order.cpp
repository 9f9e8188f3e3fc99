// The order that C++ wants of a struct used as a key; the generated code declares it and leaves it to us.

#include "everything_types.h"

bool everything::Point::operator<(const Point& other) const {
  return x != other.x ? x < other.x : y < other.y;
}
