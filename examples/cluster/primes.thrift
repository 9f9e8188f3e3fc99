/** How many prime numbers there are, and which worker counted them. */
struct Counted {
  1: required i32 primes,
  2: required i32 worker,
}

/** Work for a processor. */
service Primes {
  Counted below(1: i32 limit) (idempotent),
}
