service Where {
  /** Which server this is. */
  string am_i() (idempotent),
}
