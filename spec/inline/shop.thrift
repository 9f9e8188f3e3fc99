namespace js shop
namespace * shop

// Orders and who may look at them.
const i32 MAX_ITEMS = 100
const string CURRENCY = "EUR"

typedef i64 OrderId
typedef list<Item> Items

/** How far an order is. */
enum Status {
  NEW = 1,
  PAID,
  SHIPPED = 10,
  CANCELLED
}

struct Money {
  1: required i64 amount
  2: string currency = "EUR"
}

struct Item {
  1: required string sku,
  2: required i32 count,
  3: Money price,
  4: optional map<string, string> labels,
}

struct Address {
  1: required string street
  2: required string city
  3: optional string zip
  4: string country = "AT"
}

struct Order {
  1: required OrderId id
  2: required Status status
  3: Items items
  4: optional Address billing # falls back to shipping
  5: optional Address shipping
  6: set<string> tags
  7: map<string, list<Money>> discounts
  8: optional binary signature
  9: bool gift = false
  10: optional Order replaces
}

union Filter {
  1: Status status
  2: string customer
  3: list<OrderId> ids
  4: bool everything
}

/* What can go wrong. */
exception NotFound {
  1: required OrderId id
  2: string message
}

exception Denied {
  1: string reason
  2: Status status
}

service Base {
  string ping()
  oneway void log(1: string line)
}

service Shop extends Base {
  Order order(1: OrderId id) throws (1: NotFound notFound, 2: Denied denied)
  Items items(1: OrderId id, 2: i32 limit = 20)
  list<Order> find(1: Filter filter, 2: optional i32 skip) throws (1: Denied denied),
  OrderId place(1: list<Item> items, 2: Address shipping),
  void cancel(1: OrderId id, 2: string why) throws (1: NotFound notFound)
  map<Status, i32> counts()
}
