/* What Apache's compiler 0.17 and npm's protocols can carry: no uuid, and map keys that are texts and numbers. */
enum Colour { RED = 1, GREEN = 2 }

struct Item { 1: required string name, 2: i32 count }

struct Order {
  1: required i32 id
  2: bool paid
  3: i8 tiny
  4: i16 small
  5: i64 large
  6: double real
  7: string text
  8: binary bytes
  9: Colour colour
  10: list<string> names
  11: set<i32> numbers
  12: map<string, i64> counts
  13: list<Item> items
  14: map<i32, Item> byId
  15: list<list<i32>> rows
  16: optional bool gift = false
  200: optional Order parent
}

union Either { 1: i32 number, 2: string text, 3: Item item }

exception NotFound { 1: i32 id, 2: string message }

service Base {
  string ping()
}

service Shop extends Base {
  Order echo(1: Order order)
  Either either(1: Either value)
  /* Throws NotFound where the id is below 0, and an error that is not declared for 0. */
  Item find(1: i32 id) throws (1: NotFound missing)
  void remove(1: i32 id) throws (1: NotFound missing)
  i64 add(2: i64 a, 1: i64 b)
  list<bool> flags(1: list<bool> flags)
  oneway void note(1: string text)
  list<string> notes()
}
