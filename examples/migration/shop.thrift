struct Order {
  1: required i64 id,
  2: string title,
  3: map<string, i32> prices,
}

exception NoSuchOrder { 1: i64 id }

service Shop {
  i64 add(1: string title, 2: map<string, i32> prices),
  Order find(1: i64 id) throws (1: NoSuchOrder missing),
}
