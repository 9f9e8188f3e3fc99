import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { RpcError } from '../../../errors/rpc-error.ts';
import type { Limits } from '../../../limits.ts';
import { MessageHeader } from '../../../protocol/protocol.ts';
import type { Headers } from '../../../transport/envelope.ts';
import { recognise, seenText } from '../../../transport/recognise.ts';
import { CLIENT_TIMEOUT, timeoutText } from '../../../transport/timeout.ts';
import { ByteReader } from '../../../wire/reader.ts';
import { ByteWriter } from '../../../wire/writer.ts';
import type { WebAddress } from '../../address.ts';
import { builtins } from '../../builtins.ts';
import type { Call } from '../../call.ts';
import { type Channel, type CloseOptions, defaultGrace } from '../../channel.ts';
import { type ChannelState, ChannelStates, type StateListener } from '../../channel-state.ts';
import type { Dialect } from '../../dialect.ts';
import { checkMetadata, headersOf } from '../../http-headers.ts';
import { checkReply, settle } from '../../replies.ts';
import { addressHeader, writeCall } from '../../requests.ts';
import { type Deferred, deferred, startTimer, within } from '../../timers.ts';
import { socketDial } from '../dial.ts';
import { closed, exhausted, expiredBefore, unreachable } from '../failures.ts';
import { CookieJar } from './cookies.ts';
import { Post, type PostOffice } from './post.ts';

export interface HttpSettings {
  readonly dialect: Dialect;
  readonly limits: Limits;
  /** Asked anew for each call. */
  readonly headers: () => Headers | Promise<Headers>;
  /** The caller's own; without it the channel has one, which keeps connections alive. */
  readonly agent: Agent | undefined;
  readonly cookies: boolean;
  /** A Unix socket, in the place of the URL's host. */
  readonly socketPath: string | undefined;
  /** Of `https:`. */
  readonly tls: ConnectionOptions;
}

const MEDIA_TYPE = 'application/x-thrift';
const INITIAL = 1024;
/** Connections at a time; calls beyond wait for one. */
const MOST_SOCKETS = 256;
/** The same to a server that ends each: Python's has a queue of 5. */
const FEW_SOCKETS = 4;

/** A channel that POSTs each call by itself, and has its reply from the body of the answer. */
export class HttpChannel implements Channel {
  readonly peer: string;
  readonly dialect: Dialect;
  readonly hasHeaders = true;
  readonly #address: WebAddress;
  readonly #settings: HttpSettings;
  readonly #office: PostOffice;
  readonly #cookies: CookieJar | undefined;
  readonly #header = new MessageHeader();
  readonly #posts = new Set<Post>();
  readonly #gone: Deferred = deferred();
  readonly #states = new ChannelStates('idle');
  #unsent = 0;
  #nextSeqid = 1;
  #closing = false;

  constructor(address: WebAddress, settings: HttpSettings) {
    const { agent, tls, limits, cookies, dialect, socketPath } = settings;
    this.peer = address.text;
    this.dialect = dialect;
    this.#address = address;
    this.#settings = settings;
    if (cookies) this.#cookies = new CookieJar(address.url);
    this.#office = {
      peer: address.text,
      url: address.url,
      agent: agent ?? ownAgent(address, tls),
      socketPath,
      limits,
      headers: call => this.#headers(call),
      answersOneways: true,
      received: response => this.#received(response),
      unreachable: () => this.#states.set('failing'),
      lost: () => this.#states.set('idle'),
      settle: (call, body, response) => this.#settle(call, body, response),
    };
  }

  /**
   * As the last call that was answered or failed has left it, or `ready()`: whether there are connections at this moment
   * is the agent's affair.
   */
  get state(): ChannelState {
    return this.#states.current;
  }

  onState(listener: StateListener): () => void {
    return this.#states.listen(listener);
  }

  #received({ headers, httpVersion }: IncomingMessage): void {
    this.#states.set('ready');
    this.#cookies?.take(headers['set-cookie'] ?? [], Date.now());
    // Python's server, which speaks HTTP/1.0, takes one call after the other and lets few more wait.
    const { agent } = this.#office;
    if (httpVersion === '1.0' && this.#settings.agent === undefined) agent.maxSockets = FEW_SOCKETS;
  }

  start(call: Call): void {
    const { limits } = this.#settings;
    if (this.#closing) return call.reject(closed(call, this.peer, false));
    if (call.timeout <= 0) return call.reject(expiredBefore(call, this.peer));
    if (this.#posts.size >= limits.pending) {
      return call.reject(exhausted(call, this.peer, `${this.#posts.size} calls wait (limits.pending)`));
    }
    if (this.#unsent > limits.unsent) {
      const what = `calls of ${this.#unsent} bytes are under way (limits.unsent)`;
      return call.reject(exhausted(call, this.peer, what));
    }
    let body: Buffer;
    try {
      body = this.#write(call);
    } catch (error) {
      return call.reject(error);
    }
    if (body.length > limits.message) {
      const what = `the message takes ${body.length} bytes, the limit is ${limits.message} (limits.message)`;
      return call.reject(exhausted(call, this.peer, what));
    }
    const post = new Post(call, body, this.#office, () => this.#over(post));
    this.#posts.add(post);
    if (this.state === 'idle') this.#states.set('connecting');
    this.#unsent += body.length;
    post.begin();
  }

  /** Tries whether the server takes connections; one that goes by an agent of the caller's is not tried. */
  async ready(timeout = 30_000): Promise<void> {
    const { peer } = this;
    if (this.#closing) throw new RpcError('UNAVAILABLE', 'the client is closed', { peer });
    if (this.#settings.agent !== undefined) return this.#states.set('ready');
    const { url, isSecure } = this.#address;
    const { limits, tls, socketPath } = this.#settings;
    const target = socketPath === undefined ? { host: hostOf(url), port: portOf(url) } : { path: socketPath };
    const { promise, resolve, reject } = deferred();
    const { stream } = socketDial(
      target,
      isSecure ? { tls } : {},
    )({
      peer,
      limits,
      opened: () => {
        this.#states.set('ready');
        resolve();
      },
      receive() {},
      closed: reason => {
        if (reason !== undefined) this.#states.set('failing');
        reject(unreachable(undefined, peer, reason ?? new Error('the connection was closed')));
      },
    });
    try {
      if (await within(timeout, promise)) return;
    } finally {
      stream.destroy();
    }
    throw new RpcError('DEADLINE_EXCEEDED', `no connection to ${peer} within ${timeout} ms`, { peer });
  }

  async close({ grace = defaultGrace }: CloseOptions = {}): Promise<void> {
    this.#closing = true;
    this.#states.set('closed');
    const timer = startTimer(grace, () => {
      for (const post of this.#posts) post.fail(closed(post.call, this.peer, true));
    });
    if (this.#posts.size === 0) this.#gone.resolve();
    await this.#gone.promise;
    clearTimeout(timer);
    if (this.#settings.agent === undefined) this.#office.agent.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Each call has a writer of its own: its bytes are sent from there, and its getters may make calls. */
  #write(call: Call): Buffer {
    const { limits, dialect } = this.#settings;
    const writer = new ByteWriter(INITIAL, limits.depth);
    addressHeader(this.#header, call, this.#nextSeqid);
    this.#nextSeqid = (this.#nextSeqid + 1) & 0x7fffffff;
    const end = writeCall(writer, 0, this.#header, call, dialect.protocol);
    return writer.bytes.subarray(0, end);
  }

  async #headers(call: Call): Promise<OutgoingHttpHeaders> {
    checkMetadata(call.settings.headers);
    const cookie = this.#cookies?.header(Date.now());
    const { authorization } = this.#address;
    const headers: Record<string, string> = {
      'content-type': MEDIA_TYPE,
      accept: MEDIA_TYPE,
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
    };
    for (const all of [await this.#settings.headers(), call.settings.headers]) {
      for (const [name, value] of all) headers[name.toLowerCase()] = value;
    }
    const { timeLeft } = call;
    if (timeLeft < Number.POSITIVE_INFINITY) headers[CLIENT_TIMEOUT] ??= timeoutText(timeLeft);
    return headers;
  }

  #settle(call: Call, body: Buffer, response: IncomingMessage): void {
    if (call.method.oneway) return call.resolve(undefined);
    const { dialect, limits } = this.#settings;
    const reader = new ByteReader(limits);
    const header = new MessageHeader();
    reader.attach(body);
    reader.window(0, body.length, false);
    try {
      if (body.length === 0) throw reader.error('truncated', 0, 'the body is empty');
      if (!dialect.protocol.readMessage(reader, header)) throw reader.truncated(reader.pos, 4);
      if (header.seqid !== call.seqid) {
        const text = `the reply has the sequence id ${header.seqid}, the call has ${call.seqid}`;
        throw reader.error('invalid-data', 0, text);
      }
      checkReply(reader, header, call, dialect.protocol, dialect.protocol);
      settle(call, reader, header.type, dialect, this.peer, headersOf(response));
    } catch (error) {
      call.reject(this.#garbled(call, body, response, error));
    }
  }

  #garbled(call: Call, body: Buffer, { headers }: IncomingMessage, cause: unknown): RpcError {
    const { peer } = this;
    const { fullName: method } = call.method;
    const seen = recognise(body, 0, body.length);
    const spoken = seen && seenText(seen);
    const expected = `Thrift ${this.dialect.protocol.name}, unframed`;
    const why =
      spoken === undefined || spoken === expected
        ? `${cause instanceof Error ? cause.message : String(cause)} (Content-Type: ${headers['content-type'] ?? 'none'})`
        : `expected ${expected}, got ${spoken}`;
    const text = `${method}: ${peer} answered with HTTP 200 and what is no reply: ${why}`;
    return new RpcError('INTERNAL', text, { method, peer, cause });
  }

  #over(post: Post): void {
    if (!this.#posts.delete(post)) return;
    this.#unsent -= post.body.length;
    if (this.#posts.size === 0 && this.state === 'connecting') this.#states.set('idle');
    if (this.#closing && this.#posts.size === 0) this.#gone.resolve();
  }
}

/** Sockets that wait in it keep no process alive; the servers say how long they let them. */
function ownAgent({ isSecure }: WebAddress, tls: ConnectionOptions): Agent {
  const options = { keepAlive: true, maxSockets: MOST_SOCKETS };
  return isSecure ? new builtins.https.Agent({ ...options, ...tls }) : new builtins.http.Agent(options);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
