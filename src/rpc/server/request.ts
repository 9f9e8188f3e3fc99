import type { MessageHeader } from '../../protocol/protocol.ts';
import type { Envelope } from '../../transport/envelope.ts';
import type { CallContext } from '../context.ts';
import type { ServedCallTrace } from '../diagnostics.ts';
import type { Dialect } from '../dialect.ts';
import type { Method } from '../method.ts';
import type { ReplyTo } from './replies.ts';
import type { Route } from './routes.ts';

const noArguments: readonly unknown[] = [];

/** A request that has a handler, and is not answered yet. */
export class Request implements ReplyTo {
  readonly name: string;
  readonly seqid: number;
  readonly strict: boolean;
  readonly dialect: Dialect;
  readonly envelope: Envelope;
  readonly route: Route;
  readonly method: Method;
  /** Nothing answers it. */
  readonly oneway: boolean;
  args: readonly unknown[] = noArguments;
  /** Since its arguments were read. */
  context: CallContext | undefined = undefined;
  /** For those who listened when it was. */
  trace: ServedCallTrace | undefined = undefined;

  constructor(
    { seqid, strict }: MessageHeader,
    dialect: Dialect,
    envelope: Envelope,
    route: Route,
    method: Method,
    oneway: boolean,
  ) {
    this.name = method.name;
    this.seqid = seqid;
    this.strict = strict;
    this.dialect = dialect;
    this.envelope = envelope;
    this.route = route;
    this.method = method;
    this.oneway = oneway;
  }
}
