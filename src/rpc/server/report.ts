/** Where an error came up. */
export interface ErrorContext {
  readonly peer: string;
  /** `PingPong.login`; absent when the connection itself is at fault. */
  readonly method?: string;
}

/** Told of every error that is not an answer to its caller. Never throws. */
export type Report = (error: unknown, context: ErrorContext) => void;
