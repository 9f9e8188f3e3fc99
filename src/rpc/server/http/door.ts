import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RpcError } from '../../../errors/rpc-error.ts';
import { CLIENT_TIMEOUT, parseTimeout } from '../../../transport/timeout.ts';
import { builtins } from '../../builtins.ts';
import type { Caller } from '../../context.ts';
import { headersOf } from '../../http-headers.ts';
import { endSoon } from '../../streams.ts';
import type { WebSocketStream } from '../../websocket-stream.ts';
import type { Arrival } from '../arrival.ts';
import type { Guests } from '../guests.ts';
import type { ServingSettings } from '../settings.ts';
import { type Answer, answer, answerBytes, closing } from './answer.ts';
import { HttpExchange, tooLarge } from './exchange.ts';
import { PostedCalls } from './posted-calls.ts';
import { isUpgrade } from './rules.ts';
import { HttpVisit } from './visit.ts';
import { WebSocketGate } from './websocket.ts';

/** ms that a connection may be idle: longer than load balancers keep theirs, so that they close first. */
const KEEP_ALIVE = 65_000;

/** Given each WebSocket; the headers of the request that asked for it came with it. */
export type TakeWebSocket = (stream: WebSocketStream, arrival: Arrival) => void;

/** Where HTTP is served. It has no port: connections are brought to it. */
export class HttpDoor {
  readonly #settings: ServingSettings;
  readonly #guests: Guests;
  readonly #take: TakeWebSocket;
  readonly #server: Server;
  readonly #visits = new WeakMap<Duplex, HttpVisit>();
  readonly #webSockets: WebSocketGate;

  constructor(settings: ServingSettings, guests: Guests, take: TakeWebSocket) {
    this.#settings = settings;
    this.#guests = guests;
    this.#take = take;
    this.#webSockets = new WebSocketGate(settings);
    this.#server = builtins.http
      .createServer({ keepAliveTimeout: KEEP_ALIVE, headersTimeout: 0, requestTimeout: 0 })
      .on('request', (request, response) => this.#serve(request, response, false))
      .on('checkContinue', (request, response) => this.#serve(request, response, true))
      .on('upgrade', (request, socket, head) => {
        this.#upgrade(request, socket, head).catch(error => {
          this.#settings.onError(error, { peer: this.#visits.get(socket)!.peer });
          socket.destroy();
        });
      })
      .on('clientError', (error, socket) => this.#failed(error, socket));
  }

  /** Takes a connection in, paused, with what came of it at its front. */
  admit(stream: Duplex, arrival: Arrival): void {
    this.#server.emit('connection', stream);
    this.#visits.set(stream, new HttpVisit(stream, arrival, this.#settings, this.#guests));
    stream.resume();
  }

  #serve(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    const visit = this.#visits.get(request.socket)!;
    request.on('error', ignore);
    response.on('error', ignore);
    const turn = visit.began(request, response);
    const { http, limits } = this.#settings;
    for (const [name, value] of Object.entries(http.grants(request))) response.setHeader(name, value);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      // Nobody knows whether the body still comes that was not asked for.
      if (waits) response.shouldKeepAlive = false;
      request.resume();
      return turn.done(due => answer(due, refusal));
    }
    if (waits) response.writeContinue();
    const exchange = new HttpExchange(request, response, turn, limits);
    visit.serves(exchange);
    const caller = withHeaders(visit.arrival.caller, request);
    new PostedCalls(exchange, caller, this.#settings, this.#guests);
  }

  #refusal(request: IncomingMessage): Answer | undefined {
    if (this.#guests.isDraining) return closing;
    const { http, limits } = this.#settings;
    const refusal = http.refusal(request);
    if (refusal !== undefined) return refusal;
    return Number(request.headers['content-length'] ?? 0) > limits.message ? tooLarge(limits) : undefined;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const visit = this.#visits.get(socket)!;
    visit.upgraded();
    const refusal = this.#refusal(request) ?? (isUpgrade(request) ? undefined : otherUpgrade);
    if (refusal !== undefined) {
      socket.write(answerBytes(refusal));
      return endSoon(socket.resume());
    }
    const stream = await this.#webSockets.open(request, socket, head, visit.peer);
    if (stream === undefined) return;
    const { caller, around } = visit.arrival;
    this.#take(stream, { caller: { ...caller, headers: headersOf(request) }, around });
  }

  #failed(error: NodeJS.ErrnoException, socket: Duplex): void {
    // A client may leave as it likes.
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const visit = this.#visits.get(socket)!;
    const { peer } = visit;
    const text = `${peer} sent what is no HTTP request: ${error.message}`;
    this.#settings.onError(new RpcError('INVALID_ARGUMENT', text, { peer, cause: error }), { peer });
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    visit.refuse({ status, text: `this is no HTTP request: ${error.message}` });
  }
}

const otherUpgrade: Answer = {
  status: 426,
  text: 'what can be had here by an upgrade is a WebSocket',
  headers: { Upgrade: 'websocket' },
};

/** A client, as one of its requests shows it. */
function withHeaders(caller: Caller, request: IncomingMessage): Caller {
  const headers = headersOf(request);
  return { ...caller, headers, timeout: parseTimeout(headers.get(CLIENT_TIMEOUT)) };
}

function ignore(): void {}
