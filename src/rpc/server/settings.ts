import type { Limits } from '../../limits.ts';
import type { SaslServerMechanism } from '../../transport/sasl/mechanism.ts';
import type { CallContext } from '../context.ts';
import type { Method } from '../method.ts';
import type { Admission } from './admission.ts';
import type { ConnectionRules } from './connection-rules.ts';
import type { Digest } from './digest.ts';
import type { HttpRules } from './http/rules.ts';
import type { Report } from './report.ts';
import type { Route, Routes } from './routes.ts';

/** How clients say who they are. */
export interface SaslSettings {
  /** `saslPlainServer(check)`, or mechanisms of your own. */
  readonly mechanisms: readonly SaslServerMechanism[];
  /** Serves clients as well that do not say who they are; without it they are turned away. */
  readonly optional?: boolean;
}

/** What is to be served. */
export interface ServedRequest {
  readonly route: Route;
  readonly method: Method;
  /** The declared arguments. */
  readonly args: readonly unknown[];
}

/** What is the same for all connections of a server. */
export interface ServingSettings {
  readonly routes: Routes;
  readonly limits: Limits;
  /** Absent: SASL is not served. */
  readonly sasl: SaslSettings | undefined;
  readonly http: HttpRules;
  /** ms that a handler has for a call, if its caller does not give it less. */
  readonly timeout: number;
  /** Absent: all calls are served at once. */
  readonly admission: Admission | undefined;
  readonly connections: ConnectionRules;
  /** Told of oneway calls that nobody else will ever hear of. */
  readonly dropped: Digest;
  /** Asks the handler of a request, and whoever stands around it. May throw, or give a promise. */
  readonly serve: (request: ServedRequest, context: CallContext) => unknown;
  /** Whether callers are told the text of errors that no IDL declares. */
  readonly exposeErrors: boolean;
  readonly onError: Report;
}
