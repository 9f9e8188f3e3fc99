import { channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { Duplex } from 'node:stream';
import type { ProtocolName } from '../protocol/protocol.ts';
import { type MethodDescriptor, streamsParameter } from '../schema/descriptor.ts';
import type { TransportName } from '../transport/transport.ts';
import type { Context } from './context.ts';
import { declaredException } from './declared.ts';
import type { Method } from './method.ts';

/*
 * What `node:diagnostics_channel` is told. Each place that publishes asks first whether anybody listens, and makes no
 * message when nobody does. Who listens and throws breaks no call: Node reports it as an uncaught exception.
 *
 * | channel | when |
 * |---|---|
 * | tracingChannel('livethrift:client:call') | a client's call, with all of its attempts, to the end of what it streams |
 * | tracingChannel('livethrift:server:call') | a call that is served: from its handler being asked to its answer being written, or the end of its stream |
 * | livethrift:server:call:refused | a request, or a stream, that comes to no handler |
 * | livethrift:client:connection:opening | a client begins to make a connection |
 * | livethrift:client:connection:opened | calls can go over it |
 * | livethrift:client:connection:closed | it is over, or was never made |
 * | livethrift:server:connection:opened | somebody has connected, and has said nothing yet |
 * | livethrift:server:connection:closed | it is over |
 * | livethrift:server:connection:refused | what somebody sent is not served, or a connection could not go on |
 */

/** A call, as its events tell of it: `start`, `end`, then `error` if it failed, `asyncStart`, `asyncEnd`. */
interface AnyCallMessage {
  /** `PingPong.login`. */
  readonly method: string;
  readonly descriptor: MethodDescriptor;
  /** The other end: `127.0.0.1:9000`. */
  readonly peer: string;
  /** The declared arguments, without what the client streams. */
  readonly args: readonly unknown[];
  /** Of a method that streams: how many messages of its streams this end has sent, and has received, so far. */
  readonly messages?: Readonly<MessageCount>;
  /** What the call gave, but for what the server streams; since it has ended. */
  result?: unknown;
  /** What it failed with, if it did; since it has ended. */
  error?: unknown;
  /** Whether `error` is an exception that the IDL declares. */
  readonly isDeclared: boolean;
}

/** Messages of a call's streams. */
export interface MessageCount {
  sent: number;
  received: number;
}

/** A client's call; all of its events have the same object. */
export interface ClientCallMessage extends AnyCallMessage {
  /** ms for the whole call. */
  readonly timeout: number;
}

/**
 * A call that is served; all of its events have the same object. `error` is what the caller is not told: what the
 * handler threw, why its result could not be written, or that its time was over.
 */
export interface ServerCallMessage extends AnyCallMessage {
  readonly protocol: ProtocolName;
  readonly transport: TransportName;
  /** What the handler is given behind the arguments. */
  readonly context: Context;
}

/** A request, or a stream, that comes to no handler: there is none, or its arguments cannot be read. */
export interface RefusedCallMessage {
  /** As the client named it; not to be trusted. */
  readonly name: string;
  readonly peer: string;
  /** What it is answered with. */
  readonly error: unknown;
}

export interface ConnectionMessage {
  /** The same object in all events of a connection, and of no use but as a key. */
  readonly connection: object;
  readonly peer: string;
}

export interface ClosedConnectionMessage extends ConnectionMessage {
  /** Why, where it did not just end. */
  readonly error: unknown;
}

export interface RefusedConnectionMessage {
  readonly peer: string;
  /** What `onError` is told. */
  readonly error: unknown;
}

/** With what the types of Node 20 leave out. */
type Traced<Message extends object> = TracingChannel<unknown, Message> & { readonly hasSubscribers: boolean };

export const clientCalls: Traced<ClientCallMessage> = tracingChannel<unknown, ClientCallMessage>(
  'livethrift:client:call',
) as Traced<ClientCallMessage>;
export const serverCalls: Traced<ServerCallMessage> = tracingChannel<unknown, ServerCallMessage>(
  'livethrift:server:call',
) as Traced<ServerCallMessage>;
const callRefused = channel('livethrift:server:call:refused');
const clientOpening = channel('livethrift:client:connection:opening');
const clientOpened = channel('livethrift:client:connection:opened');
const clientClosed = channel('livethrift:client:connection:closed');
const serverOpened = channel('livethrift:server:connection:opened');
const serverClosed = channel('livethrift:server:connection:closed');
const connectionRefused = channel('livethrift:server:connection:refused');

class CallMessage implements AnyCallMessage {
  readonly descriptor: MethodDescriptor;
  readonly method: string;
  readonly peer: string;
  readonly args: readonly unknown[];
  declare readonly messages?: MessageCount;
  declare result?: unknown;
  declare error?: unknown;

  constructor({ descriptor, fullName, streams }: Method, args: readonly unknown[], peer: string) {
    this.descriptor = descriptor;
    this.method = fullName;
    this.peer = peer;
    this.args = args.slice(0, streamsParameter(descriptor) ? 0 : descriptor.parameters.length);
    if (streams) this.messages = { sent: 0, received: 0 };
  }

  get isDeclared(): boolean {
    return declaredException(this.descriptor, this.error) !== undefined;
  }
}

class OutgoingCallMessage extends CallMessage implements ClientCallMessage {
  readonly timeout: number;

  constructor(method: Method, args: readonly unknown[], peer: string, timeout: number) {
    super(method, args, peer);
    this.timeout = timeout;
  }
}

/** Makes a call of a client, for those who listen. */
export function traceClientCall(
  method: Method,
  args: readonly unknown[],
  peer: string,
  timeout: number,
  call: () => Promise<unknown>,
): Promise<unknown> {
  return clientCalls.tracePromise(call, new OutgoingCallMessage(method, args, peer, timeout));
}

/**
 * A client's call of a method that streams, while somebody listens. It has ended when all that is under way for it has:
 * its attempts, and what interceptors make of them.
 */
export class ClientStreamTrace extends OutgoingCallMessage {
  #underWay = 0;

  /** Makes the call. What is stored for those who listen is there below it. */
  run(call: () => unknown): unknown {
    this.begun();
    try {
      const given = clientCalls.start.runStores(this, call);
      return given instanceof Promise ? this.watch(given) : given;
    } finally {
      clientCalls.end.publish(this);
      this.ended();
    }
  }

  /** Something more is under way. */
  begun(): void {
    delete this.error;
    this.#underWay++;
  }

  /** It is at its end: `error` is why, if it failed. */
  ended(error?: unknown): void {
    if (error !== undefined) this.error = error;
    this.#underWay--;
    if (this.#underWay > 0) return;
    publishEnd(clientCalls, this);
  }

  /** What is promised is under way as well; gives what stands in for it. */
  watch(promised: Promise<unknown>): Promise<unknown> {
    this.begun();
    return promised.then(
      value => {
        const { receives, first } = this.descriptor.streaming ?? {};
        if (receives === undefined && first === undefined) this.result = value;
        this.ended();
        return value;
      },
      error => {
        this.ended(error);
        throw error;
      },
    );
  }
}

function publishEnd<Message extends ClientCallMessage | ServerCallMessage>(
  to: Traced<Message>,
  message: Message,
): void {
  if ('error' in message) to.error.publish(message);
  to.asyncStart.publish(message);
  to.asyncEnd.publish(message);
}

/** What is known of a request before its handler is asked. */
interface ServedRequest {
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** What its client speaks. */
interface Spoken {
  readonly protocol: ProtocolName;
  readonly transport: TransportName;
}

/** A call that is served while somebody listens. */
export class ServedCallTrace extends CallMessage implements ServerCallMessage {
  readonly protocol: ProtocolName;
  readonly transport: TransportName;
  readonly context: Context;

  constructor({ method, args }: ServedRequest, { protocol, transport }: Spoken, context: Context) {
    super(method, args, context.peer);
    this.protocol = protocol;
    this.transport = transport;
    this.context = context;
  }

  /** Asks the handler. What is stored for those who listen is there below it. */
  run(ask: () => unknown): unknown {
    try {
      return serverCalls.start.runStores(this, ask);
    } finally {
      serverCalls.end.publish(this);
    }
  }

  succeeded(result: unknown): void {
    this.result = result;
  }

  /** The last reason counts: an exception that cannot be written is a failure of its own. */
  failed(error: unknown): void {
    delete this.result;
    this.error = error;
  }

  /** The answer is written, or there is none. */
  ended(): void {
    publishEnd(serverCalls, this);
  }
}

export function tellCallRefused(name: string, peer: string, error: unknown): void {
  if (callRefused.hasSubscribers) callRefused.publish({ name, peer, error } satisfies RefusedCallMessage);
}

export function tellOpening(connection: object, peer: string): void {
  if (clientOpening.hasSubscribers) clientOpening.publish({ connection, peer } satisfies ConnectionMessage);
}

export function tellOpened(connection: object, peer: string): void {
  if (clientOpened.hasSubscribers) clientOpened.publish({ connection, peer } satisfies ConnectionMessage);
}

export function tellClosed(connection: object, peer: string, error: unknown): void {
  if (clientClosed.hasSubscribers)
    clientClosed.publish({ connection, peer, error } satisfies ClosedConnectionMessage);
}

/** Tells of a connection that a server has accepted, now and when it is over. */
export function tellAccepted(stream: Duplex, peer: string): void {
  const about = { connection: stream, peer };
  if (serverOpened.hasSubscribers) serverOpened.publish(about satisfies ConnectionMessage);
  else if (!serverClosed.hasSubscribers) return;
  let error: unknown;
  stream
    .once('error', reason => {
      error = reason;
    })
    .once('close', () => serverClosed.publish({ ...about, error } satisfies ClosedConnectionMessage));
}

export function tellConnectionRefused(peer: string, error: unknown): void {
  if (connectionRefused.hasSubscribers)
    connectionRefused.publish({ peer, error } satisfies RefusedConnectionMessage);
}
