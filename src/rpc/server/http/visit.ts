import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RpcError } from '../../../errors/rpc-error.ts';
import { endSoon } from '../../streams.ts';
import { Watchdog } from '../../watchdog.ts';
import type { Arrival } from '../arrival.ts';
import type { Guest, Guests } from '../guests.ts';
import type { ServingSettings } from '../settings.ts';
import { Stay, type Stayer } from '../stay.ts';
import { type Answer, answerBytes } from './answer.ts';
import type { HttpExchange } from './exchange.ts';
import { Responses, type Turn } from './responses.ts';

/**
 * A connection that requests come by, one behind the other. `node:http` reads them; of what it leaves undone
 * without a port of its own, this is in charge: requests that begin and do not come to their end, and leaving.
 */
export class HttpVisit implements Guest, Stayer {
  readonly stream: Duplex;
  readonly arrival: Arrival;
  readonly #responses = new Responses();
  readonly #settings: ServingSettings;
  readonly #unanswered = new Set<ServerResponse>();
  readonly #exchanges = new Set<HttpExchange>();
  /** Runs from the first byte of a request to the end of its headers, then to the end of its body. */
  readonly #patience: Watchdog;
  readonly #stay: Stay = new Stay(this);
  #latest: IncomingMessage | undefined;
  #isInHeaders = false;
  #isAnnounced = false;
  #isUpgraded = false;

  constructor(stream: Duplex, arrival: Arrival, settings: ServingSettings, guests: Guests) {
    this.stream = stream;
    this.arrival = arrival;
    this.#settings = settings;
    this.#patience = new Watchdog(settings.limits.partial, () => this.#lostPatience());
    // Before the parser's own listener, which may find the end of what begins here.
    stream.prependListener('data', this.#arriving).on('close', () => {
      this.#patience.stop();
      this.#stay.over();
      // The response to a request that waits behind another learns of it from nobody else.
      for (const exchange of this.#exchanges) exchange.destroy();
      guests.delete(this);
    });
    guests.add(this);
    this.#stay.limit(settings.connections);
  }

  get isBusy(): boolean {
    return this.#isUpgraded || this.#unanswered.size > 0;
  }

  get peer(): string {
    return this.arrival.caller.peer;
  }

  /** A request's headers have come: gives its turn to be answered. */
  began(request: IncomingMessage, response: ServerResponse): Turn {
    this.#latest = request;
    this.#isInHeaders = false;
    this.#patience.start();
    request.on('end', () => {
      if (this.#latest === request && !this.#isInHeaders) this.#patience.stop();
    });
    this.#unanswered.add(response);
    if (this.#isAnnounced) response.shouldKeepAlive = false;
    response.on('close', () => {
      this.#unanswered.delete(response);
      if (!this.isBusy) this.#stay.rest();
    });
    return this.#responses.begin(response);
  }

  /** A request is being served; it is over when its client is gone. */
  serves(exchange: HttpExchange): void {
    this.#exchanges.add(exchange);
    exchange.on('close', () => this.#exchanges.delete(exchange));
  }

  /** It speaks something else from now on. */
  upgraded(): void {
    this.#isUpgraded = true;
    this.#patience.stop();
    this.#stay.over();
    this.stream.off('data', this.#arriving);
  }

  announce(): void {
    this.#isAnnounced = true;
    const { last } = this.#responses;
    if (last !== undefined) last.shouldKeepAlive = false;
  }

  drain(): void {
    if (this.#isUpgraded) return;
    this.#stay.drain();
    if (!this.isBusy) this.#stay.rest();
  }

  leave(): void {
    endSoon(this.stream.resume());
  }

  destroy(): void {
    this.stream.destroy();
  }

  /** Answers what is no request, and ends the connection; where an answer has begun it just ends. */
  refuse(refusal: Answer): void {
    const hasBegun = Array.from(this.#unanswered).some((response, i) => i > 0 || response.headersSent);
    if (hasBegun || !this.stream.writable) return this.destroy();
    this.stream.write(answerBytes(refusal));
    endSoon(this.stream.resume());
  }

  readonly #arriving = () => {
    if (this.#isInHeaders || this.#latest?.complete === false) return;
    this.#isInHeaders = true;
    this.#patience.start();
  };

  #lostPatience(): void {
    const body = this.#isInHeaders ? undefined : this.#latest;
    if (body?.complete === true) return;
    // While nothing is read from it, the client is not to blame.
    if (body?.isPaused()) return this.#patience.start();
    const { peer } = this;
    const text = `has begun a request that was not whole within ${this.#settings.limits.partial} ms (limits.partial)`;
    this.#settings.onError(new RpcError('DEADLINE_EXCEEDED', `${peer} ${text}`, { peer }), { peer });
    const late: Answer = { status: 408, text: `this client ${text}`, headers: { Connection: 'close' } };
    if (body === undefined) return this.refuse(late);
    const exchange = [...this.#exchanges].at(-1);
    if (exchange === undefined || exchange.isWhole) this.destroy();
    else exchange.cut(late);
  }
}
