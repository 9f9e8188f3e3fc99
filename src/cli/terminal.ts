/** Where a command speaks. */
export interface Terminal {
  /** What was asked for. */
  print(text: string): void;
  /** What went wrong. */
  complain(text: string): void;
}
