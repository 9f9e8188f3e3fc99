import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { RpcError } from '../../../errors/rpc-error.ts';
import type { Limits } from '../../../limits.ts';
import { builtins } from '../../builtins.ts';
import type { Call, GivenUp } from '../../call.ts';
import { startTimer } from '../../timers.ts';
import { type Circumstances, cancelled, expired, lost, unreachable } from '../failures.ts';
import { MOST_TEXT, refusalOf } from './status.ts';

/** ms in which a oneway call that was sent is answered, if it ever is. */
const ONEWAY_PATIENCE = 1000;

/** Where calls are posted to, and how. */
export interface PostOffice {
  readonly peer: string;
  readonly url: URL;
  readonly agent: Agent;
  readonly socketPath: string | undefined;
  readonly limits: Limits;
  /** The headers of one request. */
  headers(call: Call): Promise<OutgoingHttpHeaders>;
  /** Whether the server answers oneway calls, as far as is known. */
  answersOneways: boolean;
  /** A response's headers have come. */
  received(response: IncomingMessage): void;
  /** The server could not be connected to. */
  unreachable(): void;
  /** The connection of a call was lost. */
  lost(): void;
  /** Settles a call by the body of a successful answer. */
  settle(call: Call, body: Buffer, response: IncomingMessage): void;
}

/**
 * One call as one POST. Whatever happens settles the call, and then it is over.
 *
 * A connection that was kept may be closed by the server at any moment. A call that finds it so is sent anew, over the
 * next one, where that can do no harm: nothing of it was executed, or it is idempotent (RFC 9112, 9.3.1).
 */
export class Post {
  readonly call: Call;
  readonly body: Buffer;
  readonly #office: PostOffice;
  readonly #over: (post: Post) => void;
  #request: ClientRequest | undefined;
  #isConnected = false;
  #isAnswered = false;
  /** The server may have got it before, over a connection that was closed. */
  #mayBeServed = false;
  /** The server gives no answer to this call, as it seems: when the connection is closed, it is done. */
  #isUnanswered = false;

  constructor(call: Call, body: Buffer, office: PostOffice, over: (post: Post) => void) {
    this.call = call;
    this.body = body;
    this.#office = office;
    this.#over = over;
  }

  /** Sends it off, and starts the clock. */
  begin(): void {
    this.call.arm((_call, why, reason) => this.#giveUp(why, reason));
    this.#send().catch(error => this.fail(error));
  }

  /** Gives up. */
  fail(error: unknown): void {
    this.call.reject(error);
    this.#end();
    this.#request?.destroy();
  }

  async #send(): Promise<void> {
    const { url, agent, socketPath, headers } = this.#office;
    const own = await headers(this.call);
    if (this.call.settled) return;
    const { request } = url.protocol === 'https:' ? builtins.https : builtins.http;
    const sent = request(url, {
      method: 'POST',
      agent,
      socketPath,
      headers: { ...own, 'Content-Length': this.body.length },
    })
      .on('socket', socket => {
        // A connection that was kept is given to one call after the other, and must not gather listeners.
        this.#isConnected = !socket.connecting;
        if (this.#isConnected) return;
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          this.#isConnected = true;
        });
      })
      .on('response', response => this.#receive(response))
      .on('error', error => this.#failed(sent, error))
      .on('close', () => this.#failed(sent, undefined));
    this.#request = sent;
    if (this.call.method.oneway) sent.on('finish', () => this.#sent(sent));
    sent.end(this.body);
  }

  /**
   * A oneway call is done when it is answered, for the answer may be a refusal. But libthrift's server (C++) and npm
   * thrift's give none. They are waited for once; and from then on told that nothing more will come, whereupon they
   * close the connection when they are through with the call: so it is done before the next one begins.
   */
  #sent(request: ClientRequest): void {
    const office = this.#office;
    startTimer(office.answersOneways ? ONEWAY_PATIENCE : 0, () => {
      if (this.call.settled || request !== this.#request) return;
      office.answersOneways = false;
      this.#isUnanswered = true;
      request.socket?.end();
      startTimer(ONEWAY_PATIENCE, () => this.#broken(undefined)).unref();
    }).unref();
  }

  #receive(response: IncomingMessage): void {
    const { limits } = this.#office;
    const { statusCode: status = 0 } = response;
    this.#isAnswered = true;
    this.#office.received(response);
    const isSuccess = status === 200 || (this.call.method.oneway && status >= 200 && status < 300);
    const chunks: Buffer[] = [];
    const declared = Number(response.headers['content-length'] ?? 0);
    if (isSuccess && declared > limits.message) return this.#tooLarge(declared);
    let size = 0;
    response
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (isSuccess && size > limits.message) this.#tooLarge(size);
        if (!isSuccess && size > MOST_TEXT) this.#refused(response, Buffer.concat(chunks));
      })
      .on('end', () => {
        const body = Buffer.concat(chunks);
        if (!isSuccess) return this.#refused(response, body);
        this.#office.settle(this.call, body, response);
        this.#end();
      })
      .on('error', error => this.#broken(error));
  }

  #refused(response: IncomingMessage, body: Buffer): void {
    const { peer } = this.#office;
    const { fullName: method } = this.call.method;
    const { code, text, details } = refusalOf(response, body);
    this.call.reject(
      new RpcError(code, `${method}: ${peer} ${text}`, { method, peer, details, phase: 'answered' }),
    );
    this.#end();
    // What follows is only read for the connection's sake, which is not worth much of it.
    if (!response.complete) this.#request?.destroy();
  }

  #tooLarge(size: number): void {
    const { peer, limits } = this.#office;
    const { fullName: method } = this.call.method;
    const text = `${method}: the reply of ${peer} takes ${size} bytes or more, the limit is ${limits.message} (limits.message)`;
    this.fail(new RpcError('RESOURCE_EXHAUSTED', text, { method, peer }));
  }

  #failed(request: ClientRequest, error: NodeJS.ErrnoException | undefined): void {
    if (this.call.settled || request !== this.#request) return;
    if (!request.reusedSocket || this.#isAnswered || this.#isUnanswered || !this.#mayBeSentAnew(error))
      return this.#broken(error);
    if (this.#isWhole(error)) this.#mayBeServed = true;
    this.#request = undefined;
    this.#isConnected = false;
    this.#send().catch(reason => this.fail(reason));
  }

  #mayBeSentAnew(error: NodeJS.ErrnoException | undefined): boolean {
    const { settings, method } = this.call;
    if (!settings.retry) return false;
    return !this.#isWhole(error) || ((settings.idempotent ?? method.idempotent) && !method.oneway);
  }

  /**
   * Whether the server may have got all of the call. Where it was the kernel that refused to take it, its last bytes have
   * not left, and without them no message can be read. Under TLS it may have been something else that was refused.
   */
  #isWhole(error: NodeJS.ErrnoException | undefined): boolean {
    return this.#office.url.protocol === 'https:' || error?.syscall !== 'write';
  }

  #broken(error: NodeJS.ErrnoException | undefined): void {
    if (this.call.settled) return;
    if (this.#isUnanswered) {
      this.call.resolve(undefined);
      this.#end();
      this.#request?.destroy();
      return;
    }
    const wasConnected = this.#isConnected || error === undefined;
    if (wasConnected) this.#office.lost();
    else this.#office.unreachable();
    if (wasConnected || this.#mayBeServed) {
      const mayBeServed = this.#mayBeServed || this.#isAnswered || this.#isWhole(error);
      return this.fail(lost(this.call, this.#circumstances(), error, this.#isAnswered, mayBeServed));
    }
    this.fail(unreachable(this.call.method.fullName, this.#office.peer, error));
  }

  #giveUp(why: GivenUp, reason: unknown): RpcError {
    this.#end();
    this.#request?.destroy();
    const wasSent = this.#isConnected || this.#mayBeServed;
    if (why === 'cancelled') return cancelled(this.call, this.#office.peer, wasSent, reason);
    return expired(this.call, this.#circumstances(), wasSent, '');
  }

  /** Nothing that another transport would mend. */
  #circumstances(): Circumstances {
    return { peer: this.#office.peer, transport: 'buffered', fresh: false };
  }

  #end(): void {
    this.#over(this);
  }
}
