/** An account has less on it than is asked for. */
exception NotEnough {
  1: required i64 balance,
}

/** Accounts of whoever calls. Amounts are in cents. */
service Accounts {
  i64 balance(),
  /** Gives what is left. */
  i64 pay(1: string to, 2: i64 amount) throws (1: NotEnough short),
  /** All there ever was, which takes a while. */
  list<string> history(),
}
