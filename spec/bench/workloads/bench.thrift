/* What the benchmark sends: bench.proto says the same for peers that speak protobuf. */

struct Small {
  1: i32 id
  2: string name
  3: bool active
  4: double score
}

struct Address {
  1: string street
  2: string city
  3: string zip
  4: string country
}

struct Item {
  1: string sku
  2: i32 quantity
  3: double price
}

struct Medium {
  1: i64 id
  2: string name
  3: string email
  4: i32 age
  5: bool active
  6: double balance
  7: Address address
  8: list<string> tags
  9: list<Item> items
  10: map<string, string> attributes
}

struct Ints {
  1: list<i32> values
}

struct Doubles {
  1: list<double> values
}

struct Blob {
  1: binary value
}

struct Texts {
  1: list<string> values
}

struct Counts {
  1: map<string, i32> values
}

service Bench {
  string ping()
  string login(1: string username, 2: string password)
  Small small(1: Small value)
  Medium medium(1: Medium value)
  Ints ints(1: Ints value)
  Doubles doubles(1: Doubles value)
  Blob blob(1: Blob value)
  Texts texts(1: Texts value)
  Counts counts(1: Counts value)
  /* Never answered: what a call costs that waits. */
  string hang()
}
