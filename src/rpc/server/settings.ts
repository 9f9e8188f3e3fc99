import type { Limits } from '../../limits.ts';
import type { SaslServerMechanism } from '../../transport/sasl/mechanism.ts';
import type { HttpRules } from './http/rules.ts';
import type { Routes } from './routes.ts';

/** How clients say who they are. */
export interface SaslSettings {
  /** `saslPlainServer(check)`, or mechanisms of your own. */
  readonly mechanisms: readonly SaslServerMechanism[];
  /** Serves clients as well that do not say who they are; without it they are turned away. */
  readonly optional?: boolean;
}

/** What is the same for all connections of a server. */
export interface ServingSettings {
  readonly routes: Routes;
  readonly limits: Limits;
  /** Absent: SASL is not served. */
  readonly sasl: SaslSettings | undefined;
  readonly http: HttpRules;
  /** Whether callers are told the text of errors that no IDL declares. */
  readonly exposeErrors: boolean;
  /** Told of every error that is not an answer to its caller. Never throws. */
  readonly onError: (error: unknown, context: ErrorContext) => void;
}

/** Where an error came up. */
export interface ErrorContext {
  readonly peer: string;
  /** `PingPong.login`; absent when the connection itself is at fault. */
  readonly method?: string;
}
